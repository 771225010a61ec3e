// One test of a plan: its attempts, and the result that they give.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "model/plan.hpp"
#include "model/result.hpp"
#include "runner/schedule/test_attempt.hpp"

namespace fatespec::runner {

/// Which $TEST_DIRs stay.
enum class Keep { all, failed, none };

class TestRunner : public std::enable_shared_from_this<TestRunner> {
 public:
  /// The result; nothing if the test was cancelled or its station was lost.
  using Done = std::function<void(std::shared_ptr<const model::TestResult>)>;
  using AttemptStarted = std::function<void(int number)>;

  TestRunner(AttemptContext context, const base::Clock& clock, Keep keep, const model::PlannedTest& test)
      : context_(std::move(context)), clock_(clock), keep_(keep), test_(test) {}

  /// Before `done`, `processes_ended` is called if no process of the test will run any more and none was lost.
  void start(AttemptStarted attempt_started, std::function<void()> processes_ended, Done done);
  void cancel(bool now);
  void suspend();
  void resume();

  /// How the station was lost while the test ran, if it was.
  const std::optional<model::Execution>& loss() const { return loss_; }

  /// The result of a test that is not run.
  static std::shared_ptr<const model::TestResult> skipped(const model::PlannedTest& test, base::UtcTime time);
  /// The result of a test that cannot be run.
  static std::shared_ptr<const model::TestResult> refused(const model::Project& project, const model::PlannedTest& test,
                                                          base::UtcTime time, std::string reason);

 private:
  void start_attempt();
  std::string today() const;
  bool is_known_to_fail() const;
  bool may_try_again() const;
  bool deserves_another(const AttemptOutcome& outcome) const;
  void attempt_ended(AttemptOutcome& outcome);
  void take_outcome(AttemptOutcome& outcome);
  /// Removes a $TEST_DIR, or keeps it, as `--keep` says of that verdict (nothing: it has none): its path then.
  std::string dispose_directory(const AttemptOutcome& outcome, std::optional<model::Verdict> verdict);
  void discard(const AttemptOutcome& outcome);
  std::function<void()> clear_disk();
  void when_there_is_space(std::function<void()> next);
  void go_on_later();

  AttemptContext context_;
  const base::Clock& clock_;
  Keep keep_;
  const model::PlannedTest& test_;
  AttemptStarted attempt_started_;
  std::function<void()> processes_ended_;
  Done done_;
  std::shared_ptr<TestAttempt> attempt_;
  bool cancelled_ = false;
  std::optional<boost::asio::steady_timer> clearing_;  ///< while what fills the disk is being removed: how long at most
  std::function<void()> next_;                         ///< after that
  std::optional<model::Execution> loss_;
  std::shared_ptr<model::TestResult> result_;
};

}  // namespace fatespec::runner
