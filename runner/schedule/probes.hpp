// Asks the probes of `only_if` and turns their answers into reasons to skip.
#pragma once

#include <functional>
#include <memory>

#include "model/plan.hpp"
#include "runner/schedule/test_attempt.hpp"

namespace fatespec::runner {

/// Runs each distinct probe of the plan once, as many at a time as their station has slots, with the environment of the
/// first test that asks.
/// `done` is called on the loop's thread when the plan's skip reasons are complete, or after they were cancelled;
/// what is returned is of no use any more then.
/// `station_of` names the station that answers for a test; tests of one that is gone are left as they are.
[[nodiscard]] std::shared_ptr<RunningExecution> run_probes(
    model::TestPlan& plan, Loops loops, std::function<Station&(const model::PlannedTest&)> station_of,
    std::function<void()> done);

}  // namespace fatespec::runner
