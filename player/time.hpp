// Time as the player counts it.
#pragma once

#include <cstdint>
#include <limits>

namespace fatespec::player {

/// Nanoseconds: a point on one of the player's time lines, or a length.
using Time = std::int64_t;

inline constexpr Time microsecond = 1'000;
inline constexpr Time millisecond = 1'000'000;
inline constexpr Time second = 1'000'000'000;
inline constexpr Time never = std::numeric_limits<Time>::max();

}  // namespace fatespec::player
