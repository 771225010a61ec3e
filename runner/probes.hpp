// Asks the probes of `only_if` and turns their answers into reasons to skip.
#pragma once

#include <functional>
#include <memory>

#include "model/plan.hpp"
#include "runner/test_attempt.hpp"

namespace fatespec::runner {

/// Probes under way. Used on the loop's thread; nothing may be called any more when they are done.
class RunningProbes {
 public:
  virtual ~RunningProbes() = default;
  /// Ends them early. `now`: without mercy.
  virtual void cancel(bool now) = 0;
  /// Stops the one that runs, and its clock, until resume(); nothing may happen on the loop in between.
  virtual void suspend() = 0;
  virtual void resume() = 0;
};

/// Runs each distinct probe of the plan once, one after the other, with the environment of the first test that asks.
/// `done` is called on the loop's thread when the plan's skip reasons are complete, or after they were cancelled.
/// `station_of` names the station that answers for a test; tests of one that is gone are left as they are.
[[nodiscard]] std::shared_ptr<RunningProbes> run_probes(model::TestPlan& plan, Loops loops,
                                                        std::function<Station&(const model::PlannedTest&)> station_of,
                                                        std::function<void()> done);

}  // namespace fatespec::runner
