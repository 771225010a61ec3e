// The crash state of the classic suite's sessions: a pickled tuple of a number and two collections of names.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "sessions/session.hpp"

namespace fatespec::sessions {

/// Reads plain data only, as read_pickle() does; runs nothing.
base::Result<CrashState> read_crash_pickle(std::string_view bytes);

}  // namespace fatespec::sessions
