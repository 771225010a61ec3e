// `agree: true`.
#pragma once

#include "runner/groups/result_groups.hpp"

namespace fatespec::runner {

/// The combinations of a test's matrix under one configuration. Those whose output differs from that of the majority
/// fail; without a majority all do.
ResultGroups agreement_groups(const model::TestPlan& plan);

}  // namespace fatespec::runner
