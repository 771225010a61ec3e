// A run on a cluster whose submitter has gone: it goes on here.
#pragma once

#include <filesystem>

#include "cli/common/exit_code.hpp"
#include "cli/run/run_options.hpp"

namespace fatespec::cli {

/// `directory`: of the run, with what is there of it. `cancel`: it is ended, and what it has told is kept.
ExitCode follow_farm_run(const RunOptions& options, const std::filesystem::path& directory, bool cancel);

}  // namespace fatespec::cli
