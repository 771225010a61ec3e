#include "cli/common/exit_code.hpp"

namespace fatespec::cli {

ExitCode exit_code_of(const model::VerdictCounts& counts, bool incomplete) {
  using model::Verdict;
  if (counts[Verdict::fail] + counts[Verdict::crash] + counts[Verdict::timeout] + counts[Verdict::xpass] > 0)
    return ExitCode::bad_test;
  return counts[Verdict::error] > 0 || incomplete ? ExitCode::error : ExitCode::success;
}

ExitCode exit_code_of_signal(int signal) {
  constexpr int signal_base = 128;  // as a shell has it
  return static_cast<ExitCode>(signal_base + signal);
}

}  // namespace fatespec::cli
