// Finds where a test's output diverges, tells it on the terminal and makes the page.
#pragma once

#include <string>

#include "base/error.hpp"
#include "model/plan.hpp"

namespace fatespec::cli {

struct DivergenceOptions {
  std::string reference;  ///< an ffmpeg
  std::string expected;   ///< a file
  std::string output;     ///< the folder of the page; empty: below the project's directory
  std::string results;    ///< of runs that may have kept a file
};

/// Why a test's output cannot be made here; empty if it can.
std::string obstacle_of_divergence(const model::Project& project, const model::PlannedTest& test);

/// True if there is a difference.
base::Result<bool> show_divergence(const model::Project& project, const model::PlannedTest& test,
                                   const DivergenceOptions& options);

}  // namespace fatespec::cli
