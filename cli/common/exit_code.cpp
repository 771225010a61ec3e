#include "cli/common/exit_code.hpp"

#include "model/execution.hpp"

namespace fatespec::cli {

ExitCode exit_code_of(const model::VerdictCounts& counts) {
  using model::Verdict;
  if (counts[Verdict::fail] + counts[Verdict::crash] + counts[Verdict::timeout] + counts[Verdict::xpass] > 0)
    return ExitCode::bad_test;
  return counts[Verdict::error] > 0 ? ExitCode::error : ExitCode::success;
}

ExitCode after_loss(ExitCode code, Loss loss) {
  const bool any = loss != Loss::none && code == ExitCode::success;
  const bool more = loss == Loss::results && code == ExitCode::bad_test;
  return any || more ? ExitCode::error : code;
}

ExitCode exit_code_of_signal(int signal) { return static_cast<ExitCode>(model::status_signal_base + signal); }

}  // namespace fatespec::cli
