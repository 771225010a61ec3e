// Time as the player counts it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace fatespec::player {

/// Nanoseconds: a point on one of the player's time lines, or a length.
using Time = std::int64_t;

inline constexpr Time microsecond = 1'000;
inline constexpr Time millisecond = 1'000'000;
inline constexpr Time second = 1'000'000'000;
inline constexpr Time never = std::numeric_limits<Time>::max();
/// About 30 years: what a file says beyond that is no time, and times within it can be added without a thought.
inline constexpr Time farthest = 1'000'000'000 * second;

/// The end of something that is `length` long.
constexpr Time end_of(Time begin, Time length) { return std::min(begin + length, farthest); }

}  // namespace fatespec::player
