// Runs a plan: which test when, until all have a result or the run is interrupted.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "model/event.hpp"
#include "runner/ready_queue.hpp"
#include "runner/result_groups.hpp"
#include "runner/test_runner.hpp"

namespace fatespec::runner {

struct SchedulerOptions {
  int jobs = 1;
  Keep keep = Keep::failed;
  bool fail_fast = false;  ///< after the first bad verdict nothing more is started
};

/// Lives on the loop's thread. Events go to `sink` in the order in which things happen.
class Scheduler {
 public:
  Scheduler(AttemptContext context, const base::Clock& clock, const model::TestPlan& plan,
            const SchedulerOptions& options, model::EventSink sink, std::function<void()> finished);

  void start();
  /// The first call ends what runs and starts nothing more; the second does not wait for anything.
  void interrupt();
  /// Stops the processes and clocks of what runs, until resume(); nothing may happen on the loop in between.
  void suspend();
  void resume();
  bool interrupted() const { return interrupted_; }
  /// True if `fail_fast` has cut the run short.
  bool stopped_early() const { return stopped_; }

 private:
  void start_ready();
  void wait_for_memory();
  void start_test(const model::PlannedTest& test);
  void test_ended(const model::PlannedTest& test, ResultPtr result);
  void report(const model::PlannedTest& test, ResultPtr result);

  AttemptContext context_;
  const base::Clock& clock_;
  const model::TestPlan& plan_;
  SchedulerOptions options_;
  model::EventSink sink_;
  std::function<void()> finished_;
  ReadyQueue queue_;
  std::optional<ResultGroups> repetitions_;
  std::optional<ResultGroups> agreements_;
  std::map<const model::PlannedTest*, std::shared_ptr<TestRunner>> running_;
  boost::asio::steady_timer memory_timer_;
  std::pair<const model::PlannedTest*, base::SteadyTime> short_since_;  ///< of memory, while nothing runs
  bool interrupted_ = false;
  bool stopped_ = false;
};

}  // namespace fatespec::runner
