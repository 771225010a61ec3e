// What an output must not overwrite.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/plan.hpp"

namespace fatespec::cli {

/// The configuration, its spec files, those of the given suites, and the results
/// (`results_option`: `--results`).
std::vector<std::string> precious_files(const model::Project& project, const std::string& results_option,
                                        const std::vector<std::shared_ptr<const model::Suite>>& suites = {});
/// The files that tests are compared with; each once.
std::set<std::string> reference_files(const model::TestPlan& plan);
/// An error if the path that this option names is one of the files.
base::Result<void> check_spared(const std::string& option, const std::string& path,
                                const std::vector<std::string>& files);

}  // namespace fatespec::cli
