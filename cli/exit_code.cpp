#include "cli/exit_code.hpp"

namespace fatespec::cli {

ExitCode exit_code_of(const model::VerdictCounts& counts, bool incomplete) {
  using model::Verdict;
  if (counts[Verdict::fail] + counts[Verdict::crash] + counts[Verdict::timeout] + counts[Verdict::xpass] > 0)
    return ExitCode::bad_test;
  return counts[Verdict::error] > 0 || incomplete ? ExitCode::error : ExitCode::success;
}

}  // namespace fatespec::cli
