// `agree: true`.
#pragma once

#include "runner/groups/result_groups.hpp"

namespace fatespec::runner {

/// True if a pass of the test says nothing before the other combinations have ended.
bool must_agree_with_others(const model::PlannedTest& test);

/// The combinations of a test's matrix under one configuration. Those whose output differs from that of the majority
/// fail; without a majority all do.
ResultGroups agreement_groups(const model::TestPlan& plan);

}  // namespace fatespec::runner
