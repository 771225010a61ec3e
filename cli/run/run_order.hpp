// What the command line of a run becomes for the nodes of a cluster, and what it is made of again there.
#pragma once

#include <filesystem>

#include "cli/run/run_options.hpp"
#include "farm/order.hpp"

namespace fatespec::cli {

/// Where runs on a cluster keep their files.
std::filesystem::path farm_directory(const model::Project& project);

/// `directory` and the environment are those of now.
farm::RunOrder order_of(const RunOptions& options, const std::string& run);

/// The options of the run, in its directory and with its environment, which become this process's.
base::Result<RunOptions> enter_order(const farm::RunOrder& order);

}  // namespace fatespec::cli
