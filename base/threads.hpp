// How many threads this process may have.
#pragma once

#include <cstddef>

namespace fatespec::base {

/// As many of `wanted` threads as can be started now, where something (ulimit, a container) limits them; at least one
/// is said. A pool of the library's that meets the limit while it is made hangs.
std::size_t startable_threads(std::size_t wanted);

}  // namespace fatespec::base
