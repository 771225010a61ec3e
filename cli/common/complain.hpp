// How a command says what is wrong.
#pragma once

#include <string>

#include "base/error.hpp"
#include "cli/common/exit_code.hpp"

namespace fatespec::cli {

/// Prints "fatespec: message" to stderr.
void complain(const std::string& message);
/// The same with its place. The exit code is that of a wrong usage, or of trouble that is no mistake of the user's.
ExitCode complain(const base::Error& error);

}  // namespace fatespec::cli
