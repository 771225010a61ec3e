// The environment of tests: a fixed one, so that results do not depend on who runs them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// PATH and HOME of this process, which tests on this machine keep; nothing if not `here`.
model::Variables kept_environment(bool here);

/// What the project, the target, the configuration and the test add, the later over the earlier. Variables are
/// replaced; here, `$PATH` and `$HOME` are those of this process, and any name those that were added before.
model::Variables added_environment(const model::Project& project, const model::PlannedTest& test,
                                   const model::Variables& variables, bool here);

/// LC_ALL=C, TZ=UTC, PATH and HOME of this process (of a board: those that it has there), then what is added, then
/// TEST_DIR.
std::vector<std::string> test_environment(const model::Project& project, const model::PlannedTest& test,
                                          const model::Variables& variables, const std::string& test_directory,
                                          bool here = true);

}  // namespace fatespec::runner
