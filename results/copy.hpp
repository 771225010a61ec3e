// Moving runs from one store to another.
#pragma once

#include <string>

#include "base/error.hpp"
#include "results/run_writer.hpp"
#include "results/store.hpp"

namespace fatespec::results {

/// Writes a run with all that is kept of it; it has the same id there. The other store must not have it yet.
base::Result<void> copy_run(Store& from, const std::string& run, RunWriter& to);

}  // namespace fatespec::results
