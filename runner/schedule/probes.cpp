#include "runner/schedule/probes.hpp"

#include <map>
#include <memory>
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
      : plan_(plan), loops_(loops), station_of_(std::move(station_of)), done_(std::move(done)) {}

  void cancel(bool now) override {
    cancelled_ = true;
    if (running_) running_->cancel(now);
  }

  void suspend() override {
    if (running_) running_->suspend();
  }

  void resume() override {
    if (running_) running_->resume();
  }

  void next() {
    for (; !cancelled_ && test_ < plan_.tests.size(); ++test_, probe_ = 0) {
      model::PlannedTest& test = plan_.tests[test_];
      // What cannot be asked is not skipped: the test will be an error, and say why.
      if (!test.probes.empty() && station_of_(test).state() == StationState::gone) continue;
      for (; probe_ < test.probes.size(); ++probe_) {
        const auto known = answers_.find(key(test, test.probes[probe_]));
        if (known == answers_.end()) {
          if (station_of_(test).state() == StationState::away) again_after_loss();
          else ask(test, test.probes[probe_]);
          return;
        }
        if (known->second.empty()) break;  // one condition that holds is enough
      }
      if (!test.probes.empty() && probe_ == test.probes.size())
        test.skip_reason = answers_[key(test, test.probes.back())];
    }
    done_();
  }

 private:
  /// Who has the same configuration and the same environment has the same answer on the same machine: what always stays
  /// here does so under a board's configuration too.
  struct Key {
    bool is_local = true;
    std::string configuration;
    std::string environment;
    std::string probe;
    auto operator<=>(const Key&) const = default;
  };
  Key key(const model::PlannedTest& test, const std::string& probe) const {
    const bool is_local = station_of_(test).is_local();
    if (test.spec->env.empty() && test.spec->default_env.empty())
      return {is_local, test.configuration->name, "", probe};
    return {is_local, test.configuration->name, fmt::format("{}", fmt::join(environment_of(test), "\n")), probe};
  }
  std::vector<std::string> environment_of(const model::PlannedTest& test) const {
    return test_environment(*plan_.project, test, *test.variables, "/nonexistent", station_of_(test).is_local());
  }

  void ask(const model::PlannedTest& test, const std::string& probe) {
    const auto discard = [] { return std::make_unique<checks::DiscardCheck>(); };
    output_ = std::make_shared<CheckFeed>(loops_, discard, CheckCost::small);
    error_ = std::make_shared<CheckFeed>(loops_, discard, CheckCost::small);
    Station& station = station_of_(test);
    ExecutionRequest request;
    request.command = probe;
    request.environment = std::make_shared<const std::vector<std::string>>(environment_of(test));
    request.directory = station.is_local() ? plan_.project->directory : "/";
    request.marker = "TEST_DIR=/nonexistent";
    request.prefix = PrefixScope::programs;
    request.timeout = probe_timeout;
    running_ = station.executor().execute(std::move(request), *output_, *error_,
                                          [self = shared_from_this(), where = key(test, probe)](
                                              const model::Execution& execution) { self->answered(where, execution); });
  }

  void answered(const Key& where, const model::Execution& execution) {
    running_.reset();
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
    auto timer = std::make_shared<boost::asio::steady_timer>(loops_.loop, interval);
    timer->async_wait([self = shared_from_this(), timer](boost::system::error_code) { self->next(); });
  }

  model::TestPlan& plan_;
  Loops loops_;
  std::function<Station&(const model::PlannedTest&)> station_of_;
  std::function<void()> done_;
  std::map<Key, std::string> answers_;  ///< why not; empty for yes
  std::size_t test_ = 0;
  std::size_t probe_ = 0;
  bool cancelled_ = false;
  std::shared_ptr<CheckFeed> output_;
  std::shared_ptr<CheckFeed> error_;
  std::shared_ptr<RunningExecution> running_;
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
