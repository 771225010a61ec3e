// A hint for tests that fail because of a variable that nobody defines.
#pragma once

#include <string>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// "; $SAMPLE_PATH is defined nowhere; did you mean `SAMPLES_PATH`?" if a name in the test's spec is neither a
/// variable, nor of the environment, nor one that the command sets itself, and looks like a variable; else nothing.
/// Such names are left to the shell, so that nothing is wrong with the spec.
std::string misspelt_variable(const model::PlannedTest& test, const model::Variables& variables,
                              const std::vector<std::string>& environment);

}  // namespace fatespec::runner
