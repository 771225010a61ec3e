// The content of a test's output, made twice: by the program under test, and by what it is compared with.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "model/plan.hpp"
#include "reports/divergence.hpp"

namespace fatespec::cli {

/// What the output of a test is compared with.
struct Baseline {
  enum class Kind {
    program,
    file,
    samples,  ///< the test's own reference
  };
  Kind kind = Kind::program;
  model::Variables variables;  ///< of a program: instead of the test's own
  std::string file;            ///< of a file
};

/// Makes both outputs in `scratch`, compares their frames, and puts pictures of the first that differ into folders of
/// `directory`. The page is not written. Without a stream in it, the contents are the same.
base::Result<reports::DivergencePage> find_divergence(const model::Project& project, const model::PlannedTest& test,
                                                      const Baseline& baseline, const std::filesystem::path& scratch,
                                                      const std::filesystem::path& directory);

}  // namespace fatespec::cli
