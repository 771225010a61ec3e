// Moving runs from one store to another.
#pragma once

#include <string>

#include "base/error.hpp"
#include "results/store.hpp"

namespace fatespec::results {

/// Writes a run with all that is kept of it; it has the same id there. What the other store has of it stays as it is.
base::Result<void> copy_run(Store& from, const std::string& run, Store& to);

}  // namespace fatespec::results
