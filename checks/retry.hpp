// Which failures are known trouble of the infrastructure.
#pragma once

#include "checks/check.hpp"
#include "model/suite.hpp"

namespace fatespec::checks {

/// True if what was kept of stdout or stderr matches a pattern of the condition.
bool is_known_trouble(const model::RetryCondition& condition, const Reading& output, const Reading& error);

}  // namespace fatespec::checks
