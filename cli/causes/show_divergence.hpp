// Finds where a test's output diverges, tells it on the terminal and makes the page.
#pragma once

#include <optional>
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

/// What show_divergence() has found.
struct ShownDivergence {
  bool differs = false;
  std::string text;            ///< for the terminal
  std::optional<double> psnr;  ///< the lowest of the first pictures that differ, dB
};

/// Makes the page, and the text for the terminal.
base::Result<ShownDivergence> show_divergence(const model::Project& project, const model::PlannedTest& test,
                                              const DivergenceOptions& options);

}  // namespace fatespec::cli
