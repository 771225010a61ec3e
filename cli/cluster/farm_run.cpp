#include "cli/cluster/farm_run.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/signals.hpp"
#include "cli/cluster/farm_jobs.hpp"
#include "cli/cluster/farm_queue.hpp"
#include "cli/cluster/farm_results.hpp"
#include "cli/cluster/farm_shards.hpp"
#include "cli/common/end_signals.hpp"
#include "cli/run/run_events.hpp"

namespace fatespec::cli {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr auto poll_interval = std::chrono::milliseconds(100);
/// While results are being written without which the run cannot go on.
constexpr auto writing_interval = std::chrono::milliseconds(20);
/// Between two looks for shards that are not known to run.
constexpr int ticks_between_far_looks = 8;
/// Looks at the queue without a shard in it before it counts as gone: file systems may show the end of its file late.
constexpr int looks_until_gone = 3;
/// How often a shard is submitted again without any result in between.
constexpr int most_fruitless = 3;
/// How long Slurm may be silent while no shard tells anything either.
constexpr auto patience = std::chrono::minutes(10);
/// How long jobs that were cancelled are waited for: Slurm ends them with TERM, then KILL.
constexpr auto cancel_patience = std::chrono::seconds(20);

/// What ends a run before all its tests have a result.
enum class Cut { none, signal, fail_fast, cancel, loss_of_slurm, loss_of_results };

class FarmRun {
 public:
  FarmRun(const model::TestPlan& plan, const PlanRunOptions& options, const FarmRunOptions& farm,
          base::PausableClock& clock)
      : options_(options),
        farm_(farm),
        clock_(clock),
        jobs_(options.run_id, farm, options.jobs),
        results_(plan, clock, options.done, [this](const auto& event) { emit(event); }),
        shards_(
            farm, results_, [this](const auto& event) { emit(event); },
            [this](model::TestResult result) { return take(std::move(result)); }),
        queue_(loop_, jobs_),
        signals_(loop_),
        ticker_(loop_) {
    add_end_signals(signals_);
  }

  base::Result<ExitCode> run() {
    began_ = clock_.steady();
    const model::VerdictCounts done = results_.counts();
    const std::size_t planned = done.total() + results_.waiting() + farm_.missing.size();
    emit(run_started(options_, clock_, planned, done));
    for (const auto& test : farm_.missing) results_.take_error_of_stranger(test, farm::gone_from_specs);
    wait_for_signal();
    wait_until_written();
    if (options_.results_lost && options_.results_lost()) cancel(Cut::loss_of_results);
    if (farm_.submit && !cancelled_)
      if (auto submitted = submit_all(); !submitted) return not_submitted(submitted.error());
    last_answer_ = Clock::now();
    loop_.restart();
    if (farm_.cancel) cancel(Cut::cancel);
    tick();
    loop_.run();
    queue_.join();
    if (farm_.cancel && exit_code_ == ExitCode::success && (cancel_trouble_ || !queue_is_empty_))
      exit_code_ = ExitCode::error;
    if (cancel_trouble_)
      options_.say(fmt::format("the jobs may go on, as they could not be cancelled ({}): scancel {}",
                               cancel_trouble_->message, fmt::join(jobs_.known(), " ")));
    return exit_code_;
  }

 private:
  // --- telling

  void emit(const model::RunEvent& event) {
    for (const auto& sink : options_.sinks) sink(event);
  }

  /// False if the test had a result already.
  bool take(model::TestResult result) {
    const bool bad = model::is_bad(result.verdict);
    const bool is_new = results_.take(std::move(result));
    if (is_new && bad && options_.scheduler.fail_fast) cancel(Cut::fail_fast);
    return is_new;
  }

  bool is_written() const { return !options_.results_written || options_.results_written(); }

  /// No shard is submitted of a run that the store does not know.
  void wait_until_written() {
    for (; !is_written(); std::this_thread::sleep_for(writing_interval)) {
      loop_.restart();
      loop_.poll();
      if (options_.tick) options_.tick();
      if (cancelled_ && options_.hurry_results) options_.hurry_results();
    }
  }

  // --- submitting

  base::Result<void> submit_all() {
    for (std::size_t first = 0; first < shards_.size();) {
      const std::size_t end = jobs_.end_of_array(first);
      loop_.restart();
      loop_.poll();
      if (cancelled_) return {};  // what was submitted is being cancelled
      if (auto submitted = submit_patiently(first, end - first); !submitted) {
        if (!cancelled_) (void)jobs_.cancel_all(jobs_.known());
        return cancelled_ ? base::Result<void>() : submitted;
      }
      first = end;
    }
    return {};
  }

  /// The run is known already: it ends with nothing run.
  base::Error not_submitted(const base::Error& error) {
    exit_code_ = error.kind == base::ErrorKind::usage ? ExitCode::usage : ExitCode::error;
    model::RunFinished event = run_finished(options_, clock_, began_, results_.counts(), exit_code_);
    event.interrupted_by = "Slurm";
    emit(event);
    return error;
  }

  /// While Slurm is away, again and again for some minutes.
  base::Result<void> submit_patiently(std::size_t first, std::size_t count) {
    constexpr auto longest_pause = std::chrono::minutes(2);
    auto submitted = jobs_.submit(first, count);
    for (auto pause = std::chrono::seconds(1); !submitted && pause <= longest_pause; pause *= 2) {
      if (submitted.error().kind != base::ErrorKind::io) break;
      options_.say(fmt::format("{}; once more in {} s", submitted.error().message, pause.count()));
      for (const auto end = Clock::now() + pause; Clock::now() < end && !cancelled_; loop_.poll())
        std::this_thread::sleep_for(poll_interval);
      if (cancelled_) break;
      submitted = jobs_.submit(first, count);
    }
    return submitted;
  }

  // --- following

  void tick() {
    if (finished_) return;
    if (options_.tick) options_.tick();
    if (options_.results_lost && options_.results_lost() && !cancelled_) cancel(Cut::loss_of_results);
    shards_.read(ticks_ % ticks_between_far_looks == 0);
    std::error_code ignored;
    if (!cancelled_ && ticks_ % 10 == 0 && fs::exists(farm::cancel_mark(farm_.directory), ignored)) cancel(Cut::cancel);
    ++ticks_;
    if (results_.waiting() == 0) return finish();
    if (cancelled_ && (Clock::now() > cancel_deadline_ || (queue_is_empty_ && !queue_.is_asked()))) return finish();
    look_at_queue();
    ticker_.expires_after(poll_interval);
    ticker_.async_wait([this](error_code code) {
      if (!code) tick();
    });
  }

  // --- the queue

  void look_at_queue() {
    queue_.look([this](const base::Result<std::map<std::size_t, farm::Task>>& queue) {
      if (finished_) return;
      if (queue) take_queue(*queue);
      else queue_is_silent(queue.error());
    });
  }

  void queue_is_silent(const base::Error& error) {
    if (!silent_) options_.say(fmt::format("Slurm does not answer ({}); what runs goes on", error.message));
    silent_ = true;
    if (Clock::now() - std::max(last_answer_, shards_.last_news()) < patience || cancelled_) return;
    options_.say(fmt::format("Slurm has not answered for {} minutes: `fatespec attach {}` goes on when it is back",
                             std::chrono::duration_cast<std::chrono::minutes>(patience).count(), options_.run_id));
    cut_ = Cut::loss_of_slurm;
    finish();
  }

  void take_queue(const std::map<std::size_t, farm::Task>& queue) {
    if (silent_) options_.say("Slurm answers again");
    silent_ = false;
    last_answer_ = Clock::now();
    queue_is_empty_ = queue.empty();
    jobs_.know(queue);
    show_progress(queue);
    if (cancelled_) return;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const auto task = queue.find(i);
      judge(shards_.all()[i], i, task == queue.end() ? nullptr : &task->second);
    }
  }

  void judge(ShardState& shard, std::size_t number, const farm::Task* task) {
    if (shard.over) return;
    shard.runs = task != nullptr && task->runs();
    if (shard.runs) shard.node = task->node;
    const bool held = task != nullptr && task->is_held();
    if (held) held_[number] = fmt::format("{}_{}", task->job, task->index);
    else held_.erase(number);
    shard.missing = task == nullptr || held ? shard.missing + 1 : 0;
    if (shard.missing < looks_until_gone) return;
    shard.reader.revalidate();
    shards_.read(shard);
    if (!shard.over) submit_again(shard, number);
  }

  /// Its job is gone, and it has not told all.
  void submit_again(ShardState& shard, std::size_t number) {
    if (const auto held = held_.extract(number)) (void)jobs_.cancel({held.mapped()});
    const int fruitless = shard.told > shard.told_before ? 1 : shard.fruitless + 1;
    if (fruitless > most_fruitless) {
      shards_.give_up(shard, fmt::format("its shard's job was gone {} times without a result{}", fruitless,
                                         jobs_.last_words(number)));
      return;
    }
    if (Clock::now() < next_submission_) return;
    if (auto submitted = jobs_.submit(number, 1); !submitted) {
      if (submitted.error().kind == base::ErrorKind::io && wait_with_submissions(submitted.error())) return;
      shards_.give_up(shard, submitted.error().message);
      return;
    }
    submission_trouble_since_.reset();
    options_.say(fmt::format("shard {} is gone from the queue unfinished; it is submitted again", number));
    shard.fruitless = fruitless;
    shard.told_before = shard.told;
    shard.missing = 0;
  }

  /// Slurm may be away just now. False if that has gone on for too long.
  bool wait_with_submissions(const base::Error& error) {
    constexpr auto pause = std::chrono::seconds(15);
    if (!submission_trouble_since_) {
      submission_trouble_since_ = Clock::now();
      options_.say(error.message);
    }
    next_submission_ = Clock::now() + pause;
    return Clock::now() - *submission_trouble_since_ < patience;
  }

  void show_progress(const std::map<std::size_t, farm::Task>& queue) {
    std::set<std::string> nodes;
    std::size_t running = 0;
    std::string reason;
    for (const auto& [shard, task] : queue) {
      if (task.runs()) ++running, nodes.insert(task.node);
      else if (task.reason != "None") reason = task.reason;
    }
    std::string text =
        fmt::format("{}/{} shards, {} on {} nodes", shards_.over(), shards_.size(), running, nodes.size());
    if (running == 0 && !reason.empty()) text += " (waiting: " + reason + ")";
    if (options_.progress) options_.progress("slurm", text);
  }

  // --- ending

  void wait_for_signal() {
    signals_.async_wait([this](error_code code, int number) {
      if (code) return;
      if (signal_ != 0) return hurry();
      signal_ = number;
      options_.say(fmt::format("{}: cancelling the jobs; once more to end at once", base::signal_name(number)));
      cancel(Cut::signal);
      wait_for_signal();
    });
  }

  void hurry() {
    if (options_.hurry_results) options_.hurry_results();
    finish();
  }

  void cancel(Cut why) {
    if (cancelled_) return;
    cancelled_ = true;
    cut_ = why;
    if (options_.ends_early) options_.ends_early();
    queue_is_empty_ = false;
    cancel_deadline_ = Clock::now() + cancel_patience;
    queue_.cancel_all([this](const base::Result<void>& done) {
      if (!done) cancel_trouble_ = done.error();
    });
  }

  ExitCode conclude(bool lost) const {
    if (signal_ != 0) return exit_code_of_signal(signal_);
    if (farm_.cancel && !lost) return ExitCode::success;  // cut short as it was meant to be
    if (cut_ == Cut::cancel) return ExitCode::interrupted;
    if (lost) return ExitCode::error;
    const bool complete = results_.waiting() == 0 || cut_ == Cut::fail_fast;
    return after_loss(exit_code_of(results_.counts()), complete ? Loss::none : Loss::output);
  }

  /// As RunFinished has it.
  std::string cut_by() const {
    switch (cut_) {
      case Cut::none: return "";
      case Cut::signal: return base::signal_name(signal_);
      case Cut::fail_fast: return "--fail-fast";
      case Cut::cancel: return "fatespec cancel";
      case Cut::loss_of_slurm: return "the loss of Slurm";
      case Cut::loss_of_results: return "the loss of the results file";
    }
    return "";
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    // Requeued jobs of shards that have told all have nothing left to do.
    if (results_.waiting() == 0 && shards_.over() < shards_.size()) (void)jobs_.cancel_all(jobs_.known());
    tell_the_end();
  }

  void tell_the_end() {
    if (!is_written()) {
      if (options_.tick) options_.tick();
      ticker_.expires_after(writing_interval);
      ticker_.async_wait([this](error_code code) {
        if (!code) tell_the_end();
      });
      return;
    }
    exit_code_ = conclude(options_.keep_results && !options_.keep_results());
    model::RunFinished event = run_finished(options_, clock_, began_, results_.counts(), exit_code_);
    if (results_.waiting() > 0) event.interrupted_by = cut_by();
    else event.attributions = results_.attributions();
    emit(event);
    signals_.cancel();
    ticker_.cancel();
  }

  const PlanRunOptions& options_;
  const FarmRunOptions& farm_;
  base::PausableClock& clock_;
  FarmJobs jobs_;
  FarmResults results_;
  FarmShards shards_;
  asio::io_context loop_{1};
  FarmQueue queue_;
  asio::signal_set signals_;
  asio::steady_timer ticker_;
  std::map<std::size_t, std::string> held_;  ///< tasks that Slurm holds, by shard
  std::uint64_t ticks_ = 0;
  bool silent_ = false;
  bool queue_is_empty_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  int signal_ = 0;
  Cut cut_ = Cut::none;
  std::optional<base::Error> cancel_trouble_;  ///< set on the queue's thread, read when that has ended
  Clock::time_point next_submission_;
  std::optional<Clock::time_point> submission_trouble_since_;
  base::SteadyTime began_;
  Clock::time_point last_answer_;  ///< of Slurm
  Clock::time_point cancel_deadline_;
  ExitCode exit_code_ = ExitCode::success;
};

}  // namespace

base::Result<ExitCode> run_on_farm(const model::TestPlan& plan, const PlanRunOptions& options,
                                   const FarmRunOptions& farm, base::PausableClock& clock) {
  return FarmRun(plan, options, farm, clock).run();
}

}  // namespace fatespec::cli
