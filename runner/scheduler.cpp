#include "runner/scheduler.hpp"

#include <boost/asio/post.hpp>

namespace fatespec::runner {

Scheduler::Scheduler(AttemptContext context, const base::Clock& clock, const model::TestPlan& plan,
                     const SchedulerOptions& options, model::EventSink sink, std::function<void()> finished)
    : context_(context),
      clock_(clock),
      plan_(plan),
      options_(options),
      sink_(std::move(sink)),
      finished_(std::move(finished)),
      queue_(options.jobs) {}

void Scheduler::start() {
  repetitions_ = repetition_groups(plan_);
  agreements_ = agreement_groups(plan_);
  for (const auto& test : plan_.tests) {
    if (!test.skip_reason) queue_.add(test);
    else if (test.repetition == 0) sink_(model::TestFinished{TestRunner::skipped(test, clock_.utc())});
  }
  start_ready();
}

void Scheduler::start_ready() {
  while (!interrupted_ && !stopped_) {
    const model::PlannedTest* test = queue_.take();
    if (test == nullptr) break;
    start_test(*test);
  }
  if (running_.empty()) boost::asio::post(context_.loops.loop, finished_);
}

void Scheduler::start_test(const model::PlannedTest& test) {
  auto runner = std::make_shared<TestRunner>(context_, clock_, options_.keep, test);
  running_[&test] = runner;
  runner->start(
      [this, &test](int attempt) {
        sink_(model::TestStarted{&test, attempt});
      },
      [this, &test](std::shared_ptr<const model::TestResult> result) { test_ended(test, std::move(result)); });
}

void Scheduler::test_ended(const model::PlannedTest& test, ResultPtr result) {
  running_.erase(&test);
  queue_.release(test);
  if (result) report(test, std::move(result));
  start_ready();
}

void Scheduler::report(const model::PlannedTest& test, ResultPtr result) {
  for (const auto& merged : repetitions_->add(test, std::move(result)))
    for (auto& final : agreements_->add(plan_.tests[merged->index], merged)) {
      if (options_.fail_fast && model::is_bad(final->verdict)) stopped_ = true;
      sink_(model::TestFinished{std::move(final)});
    }
}

void Scheduler::suspend() {
  for (const auto& [test, runner] : running_) runner->suspend();
}

void Scheduler::resume() {
  for (const auto& [test, runner] : running_) runner->resume();
}

void Scheduler::interrupt() {
  const bool again = interrupted_;
  interrupted_ = true;
  for (const auto& [test, runner] : running_) runner->cancel(again);
}

}  // namespace fatespec::runner
