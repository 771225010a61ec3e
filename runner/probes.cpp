#include "runner/probes.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "checks/text_check.hpp"
#include "runner/environment.hpp"

namespace fatespec::runner {
namespace {

constexpr auto probe_timeout = std::chrono::seconds(30);

class ProbeRun : public std::enable_shared_from_this<ProbeRun> {
 public:
  ProbeRun(model::TestPlan& plan, AttemptContext context, std::function<void()> done)
      : plan_(plan), context_(context), done_(std::move(done)) {}

  void cancel(bool now) {
    cancelled_ = true;
    if (running_) running_->cancel(now);
  }

  void next() {
    for (; !cancelled_ && test_ < plan_.tests.size(); ++test_, probe_ = 0) {
      model::PlannedTest& test = plan_.tests[test_];
      for (; probe_ < test.probes.size(); ++probe_) {
        const auto known = answers_.find(key(test, test.probes[probe_]));
        if (known == answers_.end()) {
          ask(test, test.probes[probe_]);
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
  using Key = std::pair<std::string, std::string>;
  static Key key(const model::PlannedTest& test, const std::string& probe) { return {test.configuration->name, probe}; }

  void ask(const model::PlannedTest& test, const std::string& probe) {
    const auto discard = [] { return std::make_unique<checks::TextCheck>(checks::TextExpectation{}); };
    output_ = std::make_shared<CheckFeed>(context_.loops, discard, false);
    error_ = std::make_shared<CheckFeed>(context_.loops, discard, false);
    ExecutionRequest request;
    request.command = probe;
    request.environment = std::make_shared<const std::vector<std::string>>(
        test_environment(context_.project, test, *test.variables, "/nonexistent"));
    request.directory = context_.project.directory;
    request.marker = "TEST_DIR=/nonexistent";
    request.timeout = probe_timeout;
    running_ = context_.executor.execute(std::move(request), *output_, *error_,
                                         [self = shared_from_this(), where = key(test, probe)](
                                             const model::Execution& execution) { self->answered(where, execution); });
  }

  void answered(const Key& where, const model::Execution& execution) {
    const bool yes = execution.ending == model::Ending::exited && execution.status == 0;
    const std::string command = base::shorten(base::printable(where.second), 60);
    std::string reason;
    if (!yes && execution.ending == model::Ending::exited)
      reason = fmt::format("only if `{}`, which exits with {}", command, execution.status);
    else if (!yes) reason = fmt::format("only if `{}`, which failed: {}", command, execution.problem);
    answers_[where] = reason;
    running_.reset();
    next();
  }

  model::TestPlan& plan_;
  AttemptContext context_;
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

std::function<void(bool)> run_probes(model::TestPlan& plan, AttemptContext context, std::function<void()> done) {
  auto run = std::make_shared<ProbeRun>(plan, context, std::move(done));
  boost::asio::post(context.loops.loop, [run] { run->next(); });
  return [run](bool now) { run->cancel(now); };
}

}  // namespace fatespec::runner
