// The Test Anything Protocol, version 14 (testanything.org).
#pragma once

#include <string>
#include <vector>

#include "model/result.hpp"

namespace fatespec::reports {

/// A test a result. Known failures are TODO, what was skipped is SKIP, and an unexpected pass is not ok. What is not
/// well is told in a YAML block. No environment is told.
std::string tap(const std::vector<model::TestResult>& results);

}  // namespace fatespec::reports
