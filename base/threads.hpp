// How many threads this process may have.
#pragma once

#include <cstddef>

namespace fatespec::base {

/// `wanted`; where something (ulimit, a container) limits threads, half of those that can be started now, as what else
/// is started counts as well; at least one. A pool of the library's that meets the limit while it is made hangs.
std::size_t startable_threads(std::size_t wanted);

}  // namespace fatespec::base
