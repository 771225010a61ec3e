// A run as a static site, with what lies beside the results: pictures of divergences, plots of recordings.
#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "model/configuration.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

/// `project`: where `diverge` leaves its pages, and `accept` its notes.
base::Result<void> write_run_site(results::Store& store, const model::Run& run,
                                  const std::vector<model::TestResult>& results, const model::Project& project,
                                  const std::filesystem::path& directory);

}  // namespace fatespec::cli
