// Repeated tests (`--stress`).
#pragma once

#include "runner/groups/result_groups.hpp"

namespace fatespec::runner {

/// All repetitions of a test become one result, as bad as the worst of them, that says how often which output came.
ResultGroups repetition_groups(const model::TestPlan& plan);

}  // namespace fatespec::runner
