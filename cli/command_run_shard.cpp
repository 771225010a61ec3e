// fatespec run-shard: what a job of a cluster runs. Not for people.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/end_signals.hpp"
#include "cli/common/inputs.hpp"
#include "cli/run/plan_run.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_order.hpp"
#include "farm/order.hpp"
#include "farm/shard_file.hpp"
#include "results/store.hpp"

namespace fatespec::cli {
namespace {

std::string node_name() {
  if (const char* name = std::getenv("SLURMD_NODENAME")) return name;
  return results::this_host();
}

/// Hears, besides the run itself, that this process is to end: also after the run, which may be over before it looks.
class EndRequest {
 public:
  EndRequest() {
    add_end_signals(signals_);
    signals_.async_wait([this](boost::system::error_code code, int) { came_ = !code; });
  }
  /// True if it has come, or comes within this time.
  bool comes_within(std::chrono::milliseconds time) {
    loop_.run_for(time);
    return came_;
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_{loop_};
  bool came_ = false;
};

class ShardRun {
 public:
  ShardRun(std::string directory, std::size_t shard) : directory_(std::move(directory)), shard_(shard) {}

  ExitCode execute() {
    auto guardian = runner::Guardian::start();
    if (!guardian) return complain(guardian.error());
    guardian_ = std::move(*guardian);
    const auto order = farm::read_order(directory_);
    if (!order) return complain(order.error());
    const auto shard = farm::read_shard(directory_, shard_);
    if (!shard) return complain(shard.error());
    if (auto known = learn_from_before(); !known) return complain(known.error());
    if (complete_before_) return ExitCode::success;
    if (auto begun = begin(shard->tests); !begun) return complain(begun.error());
    const auto options = enter_order(*order);
    if (!options) return complain(options.error());
    auto loaded = load_inputs(options->inputs, plan_options(*options));
    if (!loaded) return loaded.error();
    inputs_ = std::move(*loaded);
    if (auto chosen = choose_tests(shard->tests, *options); !chosen) return complain(chosen.error());
    return inputs_.plan.tests.empty() ? end(ExitCode::success) : run(*order, *shard, *options);
  }

 private:
  /// What the attempts before have told, and under which tests they were lost.
  base::Result<void> learn_from_before() {
    farm::ShardReader reader(farm::results_directory(directory_), shard_);
    auto news = reader.read();
    if (!news) return news.error();
    before_ = std::move(news->results);
    complete_before_ = reader.complete();
    losses_ = reader.losses();
    if (reader.attempt() >= 0 && !reader.ended())
      if (const auto test = reader.under_way()) ++losses_[*test];
    for (const auto& result : before_) done_.insert(model::id_of(result));
    return {};
  }

  base::Result<void> begin(const std::vector<model::TestId>& tests) {
    auto writer = farm::ShardWriter::begin(farm::results_directory(directory_), shard_, node_name(), before_, losses_);
    if (!writer) return writer.error();
    writer_.emplace(std::move(*writer));
    for (const auto& test : tests) {
      if (!is_given_up(test)) continue;
      const auto reason = fmt::format("node lost: {} nodes were lost while it ran", losses_.at(test));
      if (auto told = tell_error(test, reason); !told) return told;
    }
    return {};
  }

  bool is_given_up(const model::TestId& test) const {
    const auto lost = losses_.find(test);
    return lost != losses_.end() && lost->second >= farm::most_losses;
  }

  base::Result<void> tell_error(const model::TestId& test, const std::string& reason) {
    if (!done_.insert(test).second) return {};
    return writer_->finished(farm::error_of(test, reason, std::chrono::system_clock::now()));
  }

  /// The shard's tests without a result, in its order.
  base::Result<void> choose_tests(const std::vector<model::TestId>& tests, const RunOptions& options) {
    std::map<model::TestId, std::size_t> order;
    for (const auto& test : tests)
      if (!done_.contains(test)) order.try_emplace(test, order.size());
    auto& planned = inputs_.plan.tests;
    // Combinations that are compared with each other run together, those again that had a result.
    std::set<model::TestId> groups;
    for (const auto& test : planned)
      if (test.spec->agree && order.contains(model::id_of(test))) groups.insert(model::group_of(test));
    for (const auto& test : tests)
      if (groups.contains({model::parse_full_name(test.test).declared, test.configuration}) && !is_given_up(test))
        order.try_emplace(test, order.size());
    runner::keep_tests(inputs_.plan, [&](const auto& test) { return order.contains(model::id_of(test)); });
    std::sort(planned.begin(), planned.end(),
              [&](const auto& a, const auto& b) { return order.at(model::id_of(a)) < order.at(model::id_of(b)); });
    runner::keep_tests(inputs_.plan, [](const auto&) { return true; });  // numbers them anew
    std::set<model::TestId> found;
    for (const auto& test : planned) found.insert(model::id_of(test));
    for (const auto& [test, place] : order)
      if (!found.contains(test))
        if (auto told = tell_error(test, farm::gone_from_specs); !told) return told;
    if (options.stress > 0) runner::repeat_tests(inputs_.plan, options.stress);
    return {};
  }

  ExitCode run(const farm::RunOrder& order, const farm::ShardOrder& shard, const RunOptions& options) {
    PlanRunOptions run;
    run.run_id = fmt::format("{}.{}.{}", order.run, shard_, writer_->attempt());
    run.jobs = writer_->attempt() == 0 ? shard.needs.slots : 1;  // after a loss it must be clear who was under way
    run.guardian = guardian_.get();
    run.scheduler = {keep_of(options.keep), false, options.stress > 0};
    run.scheduler.recordings = order.recordings;
    run.say = [](const std::string& text) { complain(text); };
    run.sinks.emplace_back([this](const auto& event) { tell(event); });
    run.results_lost = [this] { return lost_; };
    run.keep_results = [this] { return !lost_; };
    run.tick = [this] {
      ++ticks_;
      tell_what_is_beyond_doubt();
      look_for_successor();
    };
    base::PausableClock clock;
    const auto code = run_plan(inputs_.plan, run, clock);
    return code ? end(*code) : complain(code.error());
  }

  void tell(const model::RunEvent& event) {
    if (std::holds_alternative<model::RunStarted>(event)) end_request_.emplace();
    if (lost_) return;  // behind half a line a whole one would say nothing
    if (const auto* started = std::get_if<model::TestStarted>(&event))
      note(writer_->started(model::id_of(*started->test)));
    if (const auto* finished = std::get_if<model::TestFinished>(&event)) {
      if (model::is_bad(finished->result->verdict)) doubtful_.push_back({finished->result, Clock::now(), ticks_});
      else note(writer_->finished(*finished->result));
    }
    if (const auto* finished = std::get_if<model::RunFinished>(&event)) {
      complete_ = finished->interrupted_by.empty();
      if (!complete_) doubtful_.clear();
    }
  }

  // Slurm ends a job with a signal to all of its processes, one after the other. A test may seem to have failed a
  // moment before we hear that it was told to end. On a busy node that moment is long, for Slurm's daemon as for us,
  // who hear of signals between two ticks.
  static constexpr auto doubt = std::chrono::milliseconds(1500);
  static constexpr int ticks_of_doubt = 3;

  void tell_what_is_beyond_doubt() {
    const auto is_certain = [this](const Doubtful& one) {
      return Clock::now() - one.since >= doubt && ticks_ - one.tick >= ticks_of_doubt;
    };
    while (!doubtful_.empty() && is_certain(doubtful_.front())) tell_first_doubtful();
  }

  void tell_first_doubtful() {
    if (!lost_) note(writer_->finished(*doubtful_.front().result));
    doubtful_.pop_front();
  }

  void note(const base::Result<void>& told) {
    if (told || lost_) return;
    complain(told.error());
    lost_ = true;
  }

  /// A shard whose node was given up runs elsewhere: what still runs here is in the way of its boards and its memory.
  void look_for_successor() {
    constexpr int ticks_between_looks = 20;
    if (ticks_ % ticks_between_looks != 0 || superseded_ || !writer_->is_superseded()) return;
    superseded_ = true;
    complain("another attempt at this shard has begun: this one ends");
    ::kill(::getpid(), SIGTERM);
  }

  ExitCode end(ExitCode code) {
    if (superseded_) return code;
    if (!doubtful_.empty() && end_request_->comes_within(doubt)) {
      doubtful_.clear();
      complete_ = false;
      code = ExitCode::terminated;
    }
    while (!doubtful_.empty()) tell_first_doubtful();
    // Behind half a line the end would make a whole one that says nothing: without an end the shard is run again.
    if (lost_) return code;
    const auto ended = writer_->ended(complete_);
    return ended ? code : complain(ended.error());
  }

  using Clock = std::chrono::steady_clock;
  struct Doubtful {
    std::shared_ptr<const model::TestResult> result;
    Clock::time_point since;
    int tick;
  };

  std::string directory_;
  std::size_t shard_;
  std::deque<Doubtful> doubtful_;  ///< bad results of the last moments
  std::unique_ptr<runner::Guardian> guardian_;
  std::vector<model::TestResult> before_;
  std::map<model::TestId, int> losses_;
  std::set<model::TestId> done_;
  bool complete_before_ = false;
  std::optional<farm::ShardWriter> writer_;
  std::optional<EndRequest> end_request_;  ///< since the run has begun
  Inputs inputs_;
  bool complete_ = true;
  bool lost_ = false;
  bool superseded_ = false;
  int ticks_ = 0;
};

}  // namespace

void add_run_shard(CLI::App& app, ExitCode& exit_code) {
  struct Options {
    std::string directory;
    std::size_t first = 0;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run-shard", "what `run --on slurm` submits");
  command->group("");  // not in the help
  command->add_option("DIRECTORY", options->directory, "of the run")->required();
  command->add_option("FIRST", options->first, "the shard of the array's task 0")->required();
  command->callback([options, &exit_code] {
    const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
    const auto number = task == nullptr ? std::optional<std::int64_t>(0) : base::parse_integer(task);
    if (!number || *number < 0) {
      complain("SLURM_ARRAY_TASK_ID is no number");
      exit_code = ExitCode::usage;
      return;
    }
    exit_code = ShardRun(options->directory, options->first + static_cast<std::size_t>(*number)).execute();
  });
}

}  // namespace fatespec::cli
