// Makes the checks of a planned test.
#pragma once

#include <memory>
#include <string>

#include "checks/check.hpp"
#include "model/plan.hpp"
#include "runner/schedule/check_feed.hpp"

namespace fatespec::runner {

struct OutputCheckOptions {
  bool digested = false;       ///< what arrives is the digest of a file and not its bytes (FileCommand)
  std::string recording = {};  ///< where a player's recording is kept; empty: nowhere
};

/// The check of what the test's stdout is made of. Opens references, so call it where that may take time.
std::unique_ptr<checks::Check> make_output_check(const model::PlannedTest& test, const model::Variables& variables,
                                                 const OutputCheckOptions& options = {});
std::unique_ptr<checks::Check> make_error_check(const model::PlannedTest& test, const model::Variables& variables);

/// Large where the reference is.
CheckCost cost_of_check(const model::PlannedTest& test, const model::Variables& variables);

}  // namespace fatespec::runner
