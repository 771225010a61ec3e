// What GitHub Actions shows: annotations, and a job summary in Markdown.
#pragma once

#include <string>
#include <vector>

#include "model/result.hpp"

namespace fatespec::reports {

/// Workflow commands, a line each: an error for each cause's clearest examples, fifty at most (GitHub shows ten a
/// step).
std::string github_annotations(const std::vector<model::TestResult>& results);
/// The causes first, then the tests behind them. At most about 900 KB: GitHub takes 1 MiB.
std::string github_summary(const model::Run& run, const std::vector<model::TestResult>& results);

}  // namespace fatespec::reports
