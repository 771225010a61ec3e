// What two sequences have in common for sure.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace fatespec::base {

/// The places, in `a` and in `b`, of what occurs once in each: as many as both have in the same order, in that order
/// (Bram Cohen's patience diff; time n log n).
std::vector<std::pair<std::size_t, std::size_t>> anchors(const std::vector<std::string_view>& a,
                                                         const std::vector<std::string_view>& b);

}  // namespace fatespec::base
