#include "runner/scheduler.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "runner/memory_gauge.hpp"

namespace fatespec::runner {

Scheduler::Scheduler(AttemptContext context, const base::Clock& clock, const model::TestPlan& plan,
                     const SchedulerOptions& options, model::EventSink sink, std::function<void()> finished)
    : context_(context),
      clock_(clock),
      plan_(plan),
      options_(options),
      sink_(std::move(sink)),
      finished_(std::move(finished)),
      queue_(options.jobs, available_memory),
      memory_timer_(context.loops.loop) {}

void Scheduler::start() {
  repetitions_ = repetition_groups(plan_);
  agreements_ = agreement_groups(plan_);
  std::vector<const model::PlannedTest*> ordered;
  for (const auto& test : plan_.tests) {
    if (!test.skip_reason) ordered.push_back(&test);
    else if (test.repetition == 0) sink_(model::TestFinished{TestRunner::skipped(test, clock_.utc())});
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->rank < b->rank; });
  for (const auto* test : ordered) queue_.add(*test);
  start_ready();
}

void Scheduler::start_ready() {
  while (!interrupted_ && !stopped_) {
    const model::PlannedTest* test = queue_.take();
    if (test == nullptr) break;
    start_test(*test);
  }
  if (!running_.empty()) return;
  if (queue_.short_of_memory() != nullptr && !interrupted_ && !stopped_) wait_for_memory();
  else boost::asio::post(context_.loops.loop, finished_);
}

// Nothing of ours runs that could give memory back: others may, but not for ever.
void Scheduler::wait_for_memory() {
  constexpr auto interval = std::chrono::milliseconds(100);
  constexpr auto patience = std::chrono::seconds(60);
  const model::PlannedTest& test = *queue_.short_of_memory();
  if (short_since_.first != &test) short_since_ = {&test, clock_.steady()};
  if (clock_.steady() - short_since_.second >= patience) {
    queue_.give_up(test);
    report(test, TestRunner::refused(
                     test, clock_.utc(),
                     fmt::format("needs {} of memory, and the machine had only {} for a minute",
                                 base::format_size(test.spec->memory), base::format_size(available_memory()))));
  }
  memory_timer_.expires_after(interval);
  memory_timer_.async_wait([this](boost::system::error_code) { start_ready(); });
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
  memory_timer_.cancel();
  for (const auto& [test, runner] : running_) runner->cancel(again);
}

}  // namespace fatespec::runner
