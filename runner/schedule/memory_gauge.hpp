// How much memory the machine has to give.
#pragma once

#include <cstdint>

namespace fatespec::runner {

/// Bytes that new programs can have without others being swapped out (MemAvailable of proc(5)); unknown is unlimited.
std::uint64_t available_memory();
/// Bytes that the machine has at all.
std::uint64_t total_memory();

}  // namespace fatespec::runner
