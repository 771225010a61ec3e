#include "runner/schedule/test_runner.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "checks/retry.hpp"
#include "runner/groups/result_groups.hpp"
#include "runner/plan/command_line.hpp"

namespace fatespec::runner {
namespace {

std::shared_ptr<model::TestResult> blank_result(const model::PlannedTest& test, base::UtcTime time) {
  auto result = std::make_shared<model::TestResult>();
  result->index = test.index;
  result->test = test.name;
  result->suite = test.suite->name;
  result->tags = test.spec->tags;
  result->configuration = test.configuration->name;
  result->target = test.target;
  result->started = time;
  return result;
}

/// Without a condition every failure is; with one, whatever shows that it was known trouble.
bool worth_a_retry(const model::TestSpec& test, const AttemptOutcome& outcome) {
  const model::Verdict verdict = outcome.judgement.verdict;
  if (test.retry_if) {
    return verdict != model::Verdict::pass && checks::is_known_trouble(*test.retry_if, outcome.output, outcome.error);
  }
  return verdict == model::Verdict::fail || verdict == model::Verdict::crash || verdict == model::Verdict::timeout;
}

}  // namespace

std::shared_ptr<const model::TestResult> TestRunner::skipped(const model::PlannedTest& test, base::UtcTime time) {
  auto result = blank_result(test, time);
  result->verdict = model::Verdict::skip;
  result->reason = test.skip_reason.value_or("");
  return result;
}

std::shared_ptr<const model::TestResult> TestRunner::refused(const model::Project& project,
                                                             const model::PlannedTest& test, base::UtcTime time,
                                                             std::string reason) {
  auto result = blank_result(test, time);
  result->verdict = model::Verdict::error;
  result->reason = std::move(reason);
  result->command = paste_line(project, test);
  return result;
}

void TestRunner::start(AttemptStarted attempt_started, std::function<void()> processes_ended, Done done) {
  attempt_started_ = std::move(attempt_started);
  processes_ended_ = std::move(processes_ended);
  done_ = std::move(done);
  result_ = blank_result(test_, clock_.utc());
  // What always stays here does so under a board's configuration too; a pool's board is named itself.
  if (model::board_of(context_.project, test_.target) != nullptr) result_->target = context_.station.name();
  start_attempt();
}

void TestRunner::cancel(bool now) {
  cancelled_ = true;
  if (attempt_) attempt_->cancel(now);
  else if (clearing_) go_on_later();
}

void TestRunner::suspend() {
  if (attempt_) attempt_->suspend();
}

void TestRunner::resume() {
  if (attempt_) attempt_->resume();
}

void TestRunner::start_attempt() {
  ++result_->attempts;
  attempt_started_(result_->attempts);
  attempt_ = std::make_shared<TestAttempt>(context_, test_);
  attempt_->start([self = shared_from_this()](AttemptOutcome& outcome) { self->attempt_ended(outcome); },
                  [this] {
                    if (cancelled_ || !may_try_again()) processes_ended_();
                  });
}

// Of the test's begin: at midnight a known failure must not change its mind.
std::string TestRunner::today() const { return base::iso8601_day(result_->started); }

bool TestRunner::is_known_to_fail() const {
  return test_.spec->expect_fail && !checks::is_expired(*test_.spec->expect_fail, today());
}

// Of a known failure that is told by its digest the outcome decides.
bool TestRunner::may_try_again() const {
  const bool is_known = is_known_to_fail() && test_.spec->expect_fail->stdout_digest.empty();
  return !is_known && result_->attempts <= test_.retries;
}

bool TestRunner::deserves_another(const AttemptOutcome& outcome) const {
  if (!may_try_again() || !worth_a_retry(*test_.spec, outcome)) return false;
  if (!is_known_to_fail()) return true;
  checks::Judgement judgement = outcome.judgement;
  checks::apply_known_failure(*test_.spec->expect_fail, outcome.output, today(), judgement);
  return judgement.verdict != model::Verdict::xfail;
}

void TestRunner::attempt_ended(AttemptOutcome& outcome) {
  const auto ended = std::exchange(attempt_, nullptr);  // the outcome is its own
  if (outcome.execution.ending == model::Ending::lost && !cancelled_) loss_ = outcome.execution;
  // A failure with attempts left is no result: whoever resumes the run makes them.
  const bool goes_on = deserves_another(outcome);
  if (outcome.execution.ending == model::Ending::cancelled || outcome.execution.ending == model::Ending::lost ||
      (goes_on && cancelled_)) {
    dispose_directory(outcome, std::nullopt);
    std::exchange(done_, nullptr)(nullptr);
    return;
  }
  if (goes_on) {
    std::string kept = dispose_directory(outcome, outcome.judgement.verdict);
    result_->failed_attempts.push_back({result_->attempts, outcome.judgement.verdict, outcome.judgement.reason,
                                        outcome.output.output, outcome.error.output, std::move(kept)});
    when_there_is_space([this] {
      if (cancelled_) std::exchange(done_, nullptr)(nullptr);
      else start_attempt();
    });
    return;
  }
  take_outcome(outcome);
  result_->kept_directory = dispose_directory(outcome, result_->verdict);
  when_there_is_space([this] { std::exchange(done_, nullptr)(std::move(result_)); });
}

void TestRunner::take_outcome(AttemptOutcome& outcome) {
  checks::Judgement& judgement = outcome.judgement;
  // Combinations that must agree have passed only when they do.
  const bool is_undecided = test_.spec->agree && judgement.verdict == model::Verdict::pass;
  if (test_.spec->expect_fail && !is_undecided)
    checks::apply_known_failure(*test_.spec->expect_fail, outcome.output, today(), judgement);
  result_->verdict = judgement.verdict;
  result_->reason = std::move(judgement.reason);
  result_->detail = std::move(judgement.detail);
  result_->status = judgement.status;
  result_->signal = std::move(judgement.signal);
  result_->flaky = judgement.verdict == model::Verdict::pass && result_->attempts > 1;
  result_->fingerprint = std::move(outcome.output.fingerprint);
  result_->leaky = outcome.execution.leaky;
  result_->recording = std::move(outcome.output.recording);
  result_->output = std::move(outcome.output.output);
  result_->error = std::move(outcome.error.output);
  // A text that did not match, or that nothing was compared with, may become a reference.
  const auto& expect = test_.spec->expect;
  const bool compared = expect.output || expect.output_file;
  if (!outcome.output.passed() || !compared) result_->full_output = std::move(outcome.output.full_output);
  result_->lacks_reference = outcome.output.is_undecidable() && result_->full_output;
  result_->wall = outcome.execution.wall;
  result_->usage = outcome.execution.usage;
  result_->command = std::move(outcome.command);
}

// A directory that nothing was left in is never kept: there would be nothing to see. One that leaves no space for
// others is kept only where all are: every later test would fail of it.
std::string TestRunner::dispose_directory(const AttemptOutcome& outcome, std::optional<model::Verdict> verdict) {
  const std::string& directory = outcome.directory;
  if (directory.empty() || context_.station.workspace().take_back(directory)) return {};
  const bool is_bad = verdict && model::is_bad(*verdict);
  if (keep_ == Keep::all || (keep_ == Keep::failed && is_bad && !outcome.fills_disk)) {
    context_.station.workspace().keep(directory);
    return directory;
  }
  discard(outcome);
  return {};
}

void TestRunner::discard(const AttemptOutcome& outcome) {
  std::function<void()> gone;
  if (outcome.fills_disk) gone = clear_disk();
  auto removal = context_.station.workspace().discard(outcome.directory, gone);
  if (!removal) return;
  boost::asio::post(context_.loops.pool, [&loop = context_.loops.loop, removal = std::move(removal), gone] {
    removal();
    if (gone) boost::asio::post(loop, gone);
  });
}

// What would be started before the disk has space again would fail with this one.
std::function<void()> TestRunner::clear_disk() {
  constexpr auto patience = std::chrono::seconds(60);
  const auto cleared = [self = shared_from_this()] {
    if (!self->clearing_) return;  // it has been waited for long enough
    self->context_.disk->found(std::chrono::steady_clock::now());
    (void)self->context_.station.workspace().free_space(base::Duration(0));  // what is remembered is no longer true
    self->go_on_later();
  };
  clearing_.emplace(context_.loops.loop, patience);
  clearing_->async_wait([cleared](boost::system::error_code code) {
    if (!code) cleared();
  });
  return cleared;
}

void TestRunner::when_there_is_space(std::function<void()> next) {
  if (clearing_) next_ = std::move(next);
  else next();
}

void TestRunner::go_on_later() {
  boost::asio::post(context_.loops.loop, [self = shared_from_this()] {
    self->clearing_.reset();
    if (const auto next = std::exchange(self->next_, nullptr)) next();
  });
}

}  // namespace fatespec::runner
