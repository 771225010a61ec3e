#include "cli/common/complain.hpp"

#include <cstdio>

#include "base/text.hpp"

namespace fatespec::cli {

void complain(const std::string& message) {
  std::fprintf(stderr, "fatespec: %s\n", base::printable_lines(message).c_str());
}

ExitCode complain(const base::Error& error) {
  complain(error.str());
  return base::is_of_system(error.kind) ? ExitCode::error : ExitCode::usage;
}

}  // namespace fatespec::cli
