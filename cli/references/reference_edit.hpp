// Taking a new reference.
#pragma once

#include "cli/references/reference_proposals.hpp"

namespace fatespec::cli {

/// Writes the new reference, and its place into the spec file where that has none. Whoever calls it holds the SuiteLock
/// of that file. An error names the file, which is then as it was.
base::Result<void> apply_proposal(const Proposal& proposal);

}  // namespace fatespec::cli
