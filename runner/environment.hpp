// The environment of tests: a fixed one, so that results do not depend on who runs them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// LC_ALL=C, TZ=UTC, PATH and HOME of this process (of a board: those that it has there), then what the project, the
/// configuration, the target and the test add, with variables replaced, then TEST_DIR.
std::vector<std::string> test_environment(const model::Project& project, const model::PlannedTest& test,
                                          const model::Variables& variables, const std::string& test_directory,
                                          bool here = true);

}  // namespace fatespec::runner
