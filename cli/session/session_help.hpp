// The topics of `fatespec session help`.
#pragma once

#include <string>

namespace fatespec::cli {

/// layout, session, workflow or commands; the last for any other.
const char* session_help(const std::string& topic);

}  // namespace fatespec::cli
