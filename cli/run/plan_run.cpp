#include "cli/run/plan_run.hpp"

#include <sys/random.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/short_slices.hpp"
#include "base/signals.hpp"
#include "base/threads.hpp"
#include "cli/common/end_signals.hpp"
#include "cli/run/boards.hpp"
#include "cli/run/run_events.hpp"
#include "cli/run/run_tally.hpp"
#include "cli/run/stop_signal.hpp"
#include "runner/local/disk_usage.hpp"
#include "runner/local/launcher.hpp"
#include "runner/local/local_executor.hpp"
#include "runner/local/local_station.hpp"
#include "runner/schedule/probes.hpp"

namespace fatespec::cli {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto tick_interval = std::chrono::milliseconds(100);

/// Boards answer at any moment: the loop is theirs, too.
runner::LocalLimits local_limits(const model::TestPlan& plan) {
  runner::LocalLimits limits;
  if (board_jobs(plan) > 0) limits.patience = base::Duration(0);
  return limits;
}

class PlanRun {
 public:
  PlanRun(model::TestPlan& plan, const PlanRunOptions& options, base::PausableClock& clock, runner::Scratch& scratch)
      : plan_(plan),
        options_(options),
        clock_(clock),
        pool_(base::startable_threads(std::max(1U, std::thread::hardware_concurrency()))),
        executor_(loop_, local_limits(plan), options.guardian),
        local_(executor_, scratch, options.jobs),
        boards_(loop_, pool_, plan, {options.run_id, options.say, options.progress}),
        signals_(loop_),
        stop_signal_(loop_, [this] { stop(); }),
        ticker_(loop_),
        writing_(loop_),
        scheduler_(
            {loop_, pool_}, clock, plan, boards_.with_local(local_), options.scheduler,
            [this](const model::RunEvent& event) { emit(event); }, [this] { close_stations(); }) {
    add_end_signals(signals_);
  }

  ExitCode run() {
    began_ = clock_.steady();
    const model::VerdictCounts done = tally_.counts();
    planned_ = done.total() + static_cast<std::size_t>(std::count_if(plan_.tests.begin(), plan_.tests.end(),
                                                                     [](auto& t) { return t.repetition == 0; }));
    wait_for_signal();
    emit(run_started(options_, clock_, planned_, done));
    tick();
    boards_.open([this] { scheduler_.stations_changed(); });
    probes_ = runner::run_probes(
        plan_, {loop_, pool_},
        [this](const model::PlannedTest& test) -> runner::Station& { return boards_.answering_for(test, local_); },
        [this] {
          probes_ = nullptr;
          when_written([this] {
            // Nothing is started of a run that the store does not know: it could not be resumed.
            if (signal_ != 0 || results_are_lost()) return close_stations();
            begun_ = true;
            scheduler_.start();
          });
        });
    base::ask_for_short_slices();
    loop_.run();
    pool_.join();
    return exit_code_;
  }

 private:
  void emit(const model::RunEvent& event) {
    if (const auto* finished = std::get_if<model::TestFinished>(&event)) tally_.add(*finished->result);
    for (const auto& sink : options_.sinks) sink(event);
  }

  void wait_for_signal() {
    signals_.async_wait([this](error_code code, int number) {
      if (code || finished_) return;
      const bool again = signal_ != 0;
      if ((again || !begun_) && options_.hurry_results) options_.hurry_results();
      if (!again)
        options_.say(fmt::format("{}: ending what runs; once more to end at once", base::signal_name(number)));
      signal_ = number;
      if (again) boards_.hurry();
      if (probes_) probes_->cancel(again);
      else if (begun_) scheduler_.interrupt();
      wait_for_signal();
    });
  }

  // Ctrl-Z reaches only us: the tests are in process groups of their own. What is stopped uses up none of its time.
  void stop() {
    if (finished_) return;
    options_.say("stopped, and the tests with it; `fg` goes on");
    if (probes_) probes_->suspend();
    scheduler_.suspend();
    clock_.pause();
    if (StopSignal::take_wish()) ::raise(SIGSTOP);
    clock_.resume();
    scheduler_.resume();
    if (probes_) probes_->resume();
  }

  // A handler that was queued before its timer was cancelled is called all the same; it must not start anything anew.
  void tick() {
    if (finished_) return;
    if (options_.tick) options_.tick();
    if (begun_ && results_are_lost() && !scheduler_.interrupted()) scheduler_.interrupt();
    if (options_.ends_early && (scheduler_.interrupted() || scheduler_.stopped_early())) options_.ends_early();
    ticker_.expires_after(tick_interval);
    ticker_.async_wait([this](error_code code) {
      if (!code) tick();
    });
  }

  // Boards are left as they were found before the run is over.
  void close_stations() {
    if (closing_) return;
    closing_ = true;
    boards_.close([this] { when_written([this] { finish(); }); });
  }

  bool results_are_lost() const { return options_.results_lost && options_.results_lost(); }

  /// Another process may hold the results file for long. Signals are answered meanwhile.
  void when_written(std::function<void()> next) {
    if (!options_.results_written || options_.results_written()) return next();
    writing_.expires_after(std::chrono::milliseconds(1));
    writing_.async_wait([this, next = std::move(next)](error_code code) {
      if (!code) when_written(next);
    });
  }

  std::string cut_by(bool lost) const {
    if (signal_ != 0) return base::signal_name(signal_);
    if (scheduler_.stopped_early()) return "--fail-fast";
    return lost ? "the loss of the results file" : "";
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    const bool lost = options_.keep_results && !options_.keep_results();
    exit_code_ = signal_ != 0 ? exit_code_of_signal(signal_)
                              : after_loss(exit_code_of(tally_.counts()), lost ? Loss::results : Loss::none);
    model::RunFinished event = run_finished(options_, clock_, began_, tally_.counts(), exit_code_);
    if (tally_.counts().total() < planned_) event.interrupted_by = cut_by(lost);
    // What was not run may fail as well.
    if (event.interrupted_by.empty()) event.attributions = tally_.attributions();
    event.lost_stations = boards_.lost();
    emit(event);
    signals_.cancel();
    stop_signal_.cancel();
    ticker_.cancel();
    executor_.finish();
  }

  model::TestPlan& plan_;
  const PlanRunOptions& options_;
  base::PausableClock& clock_;
  asio::io_context loop_{1};
  asio::thread_pool pool_;
  runner::LocalExecutor executor_;
  runner::LocalStation local_;
  Boards boards_;
  asio::signal_set signals_;
  StopSignal stop_signal_;
  asio::steady_timer ticker_;
  asio::steady_timer writing_;
  runner::Scheduler scheduler_;
  std::shared_ptr<runner::RunningExecution> probes_;  ///< while they run
  RunTally tally_{plan_, options_.done};
  std::size_t planned_ = 0;  ///< tests that the run has, with those that had a result before
  base::SteadyTime began_;
  int signal_ = 0;
  bool begun_ = false;  ///< tests may have been started
  bool closing_ = false;
  bool finished_ = false;
  ExitCode exit_code_ = ExitCode::success;
};

}  // namespace

base::Result<ExitCode> run_plan(model::TestPlan& plan, const PlanRunOptions& options, base::PausableClock& clock) {
  runner::use_all_descriptors();
  const std::string directory = runner::Scratch::path_of(options.run_id);
  auto scratch = runner::Scratch::create(directory, options.guardian);
  if (!scratch) return scratch.error();
  return PlanRun(plan, options, clock, *scratch).run();
}

std::string new_run_id() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  return fmt::format("{:0{}x}", random & 0xFFFFFFFFFFFFULL, run_id_length);
}

}  // namespace fatespec::cli
