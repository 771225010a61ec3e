// From how an attempt ended and what its checks made of the output to a verdict.
#pragma once

#include <string>

#include "checks/check.hpp"
#include "model/execution.hpp"
#include "model/result.hpp"
#include "model/suite.hpp"

namespace fatespec::checks {

struct Judgement {
  model::Verdict verdict = model::Verdict::pass;
  std::string reason;  ///< one line; empty for a pass
  std::string detail;
  std::optional<int> status;
  std::string signal;
};

struct Evidence {
  const model::Execution& execution;
  const Reading& output;
  const Reading& error;
};

/// The verdict of one attempt, with known failures not yet taken into account.
Judgement judge(const model::TestSpec& test, const Evidence& evidence);

/// True if the failure is no longer known on that day.
bool is_expired(const model::KnownFailure& known, std::string_view today);

/// Turns a fail of a test that is known to fail into xfail, and a pass into xpass. `today` as in "2026-12-31": after
/// the day on which it expires, nothing is known any more.
void apply_known_failure(const model::KnownFailure& known, const Reading& output, std::string_view today,
                         Judgement& judgement);

}  // namespace fatespec::checks
