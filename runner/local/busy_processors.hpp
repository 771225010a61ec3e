// Where tests run.
#pragma once

#include <sched.h>

#include <map>

namespace fatespec::runner {

/// On which processors tests have begun that still run. Short ones mostly stay there; where a longer one is by now only
/// the kernel knows. On the loop's thread.
class BusyProcessors {
 public:
  /// Of the one that the caller is on.
  bool ours_is_busy() const { return tests_.contains(::sched_getcpu()); }
  void test_began(int processor) { ++tests_[processor]; }
  void test_ended(int processor) {
    if (const auto found = tests_.find(processor); found != tests_.end() && --found->second == 0) tests_.erase(found);
  }

 private:
  std::map<int, int> tests_;  ///< by the processor's number
};

}  // namespace fatespec::runner
