#include "runner/schedule/probes.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "checks/discard_check.hpp"
#include "runner/plan/environment.hpp"

namespace fatespec::runner {
namespace {

constexpr auto probe_timeout = std::chrono::seconds(30);

class ProbeRun final : public RunningExecution, public std::enable_shared_from_this<ProbeRun> {
 public:
  ProbeRun(model::TestPlan& plan, Loops loops, std::function<Station&(const model::PlannedTest&)> station_of,
           std::function<void()> done)
      : plan_(plan), loops_(loops), station_of_(std::move(station_of)), done_(std::move(done)) {
    for (auto& test : plan_.tests)
      if (!test.probes.empty()) undecided_.push_back(&test);
  }

  // What is cancelled may end at once, and the last one ends all of this.
  void cancel(bool now) override {
    const auto self = shared_from_this();
    cancelled_ = true;
    for (const auto& execution : executions()) execution->cancel(now);
  }

  void suspend() override {
    for (const auto& execution : executions()) execution->suspend();
  }

  void resume() override {
    for (const auto& execution : executions()) execution->resume();
  }

  /// Asks as much as may be asked at once.
  void next() {
    if (cancelled_) undecided_.clear();
    std::set<const Station*> full;
    for (auto test = undecided_.begin(); test != undecided_.end();) {
      const Station* station = &station_of_(**test);
      const auto progress = full.contains(station) ? Progress::no_slot : look_at(**test);
      if (progress == Progress::no_slot) full.insert(station);
      if (progress == Progress::decided) test = undecided_.erase(test);
      else ++test;
    }
    if (undecided_.empty() && running_.empty() && done_) std::exchange(done_, nullptr)();
  }

 private:
  enum class Progress {
    decided,
    waiting,  ///< for an answer, or for a station that is away
    no_slot,  ///< all slots of its station are taken by other questions
  };

  /// Who has the same configuration and the same environment has the same answer on the same machine: what always stays
  /// here does so under a board's configuration too.
  struct Key {
    bool is_local = true;
    std::string configuration;
    std::string environment;
    std::string probe;
    auto operator<=>(const Key&) const = default;
  };
  struct Question {
    Station* station = nullptr;
    std::shared_ptr<CheckFeed> output;
    std::shared_ptr<CheckFeed> error;
    std::shared_ptr<RunningExecution> execution;
  };

  std::vector<std::shared_ptr<RunningExecution>> executions() const {
    std::vector<std::shared_ptr<RunningExecution>> all;
    for (const auto& [key, question] : running_)
      if (question.execution) all.push_back(question.execution);
    return all;
  }

  Progress look_at(model::PlannedTest& test) {
    Station& station = station_of_(test);
    // What cannot be asked is not skipped: the test will be an error, and say why.
    if (station.state() == StationState::gone) return Progress::decided;
    for (const auto& probe : test.probes) {
      Key where = key(test, probe);
      const auto known = answers_.find(where);
      if (known == answers_.end()) return ask(station, test, std::move(where));
      if (known->second.empty()) return Progress::decided;  // one condition that holds is enough
    }
    test.skip_reason = answers_[key(test, test.probes.back())];
    return Progress::decided;
  }

  Key key(const model::PlannedTest& test, const std::string& probe) const {
    const bool is_local = station_of_(test).is_local();
    if (test.spec->env.empty() && test.spec->default_env.empty())
      return {is_local, test.configuration->name, "", probe};
    return {is_local, test.configuration->name, fmt::format("{}", fmt::join(environment_of(test, ""), "\n")), probe};
  }
  std::vector<std::string> environment_of(const model::PlannedTest& test, const std::string& directory) const {
    return test_environment(*plan_.project, test, *test.variables, directory, station_of_(test).is_local());
  }

  Progress ask(Station& station, const model::PlannedTest& test, Key where) {
    if (running_.contains(where)) return Progress::waiting;
    if (station.state() == StationState::away) {
      again_after_loss();
      return Progress::waiting;
    }
    const auto asked_there =
        std::count_if(running_.begin(), running_.end(), [&](const auto& r) { return r.second.station == &station; });
    if (asked_there >= station.jobs()) return Progress::no_slot;
    const auto discard = [] { return std::make_unique<checks::DiscardCheck>(); };
    Question& question = running_[where];
    question.station = &station;
    question.output = std::make_shared<CheckFeed>(loops_, discard, CheckCost::small);
    question.error = std::make_shared<CheckFeed>(loops_, discard, CheckCost::small);
    ExecutionRequest request;
    request.command = where.probe;
    // It has no directory; the name of one tells its processes from those of the others, of which none begins so.
    const std::string no_directory = fmt::format("/nonexistent/{}.d", ++asked_);
    request.environment = std::make_shared<const std::vector<std::string>>(environment_of(test, no_directory));
    request.directory = station.is_local() ? plan_.project->directory : "/";
    request.marker = "TEST_DIR=" + no_directory;
    request.prefix = PrefixScope::programs;
    request.timeout = probe_timeout;
    question.execution = station.executor().execute(
        std::move(request), *question.output, *question.error,
        [self = shared_from_this(), where](const model::Execution& execution) { self->answered(where, execution); });
    return Progress::waiting;
  }

  void answered(const Key& where, const model::Execution& execution) {
    const auto question = running_.extract(where);  // until here: the streams are read into it
    if (execution.ending == model::Ending::lost && !cancelled_) {
      again_after_loss();
      return;
    }
    const bool yes = execution.ending == model::Ending::exited && execution.status == 0;
    const std::string command = base::shorten(base::printable(where.probe), 60);
    std::string reason;
    if (!yes && execution.ending == model::Ending::exited)
      reason = fmt::format("only if `{}`, which exits with {}", command, execution.status);
    else if (!yes && execution.ending == model::Ending::signalled)
      reason = fmt::format("only if `{}`, which was ended by {}", command, base::signal_name(execution.signal));
    else if (!yes) reason = fmt::format("only if `{}`, which failed: {}", command, execution.problem);
    answers_[where] = reason;
    next();
  }

  // The station is being connected to again, or will be gone.
  void again_after_loss() {
    constexpr auto interval = std::chrono::milliseconds(100);
    if (std::exchange(will_look_again_, true)) return;
    auto timer = std::make_shared<boost::asio::steady_timer>(loops_.loop, interval);
    timer->async_wait([self = shared_from_this(), timer](boost::system::error_code) {
      self->will_look_again_ = false;
      self->next();
    });
  }

  model::TestPlan& plan_;
  Loops loops_;
  std::function<Station&(const model::PlannedTest&)> station_of_;
  std::function<void()> done_;
  std::map<Key, std::string> answers_;  ///< why not; empty for yes
  std::map<Key, Question> running_;
  std::list<model::PlannedTest*> undecided_;
  int asked_ = 0;  ///< how many
  bool cancelled_ = false;
  bool will_look_again_ = false;
};

}  // namespace

std::shared_ptr<RunningExecution> run_probes(model::TestPlan& plan, Loops loops,
                                             std::function<Station&(const model::PlannedTest&)> station_of,
                                             std::function<void()> done) {
  auto run = std::make_shared<ProbeRun>(plan, loops, std::move(station_of), std::move(done));
  boost::asio::post(loops.loop, [run] { run->next(); });
  return run;
}

}  // namespace fatespec::runner
