#include "base/anchors.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

namespace fatespec::base {
namespace {

constexpr std::size_t none = SIZE_MAX;

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

struct Places {
  std::size_t first = none;
  std::size_t second = none;
  bool is_unique = true;
};

Pairs unique_pairs(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::unordered_map<std::string_view, Places> places;
  const auto note = [](Places& known, std::size_t& at, std::size_t index) {
    if (at != none) known.is_unique = false;
    at = index;
  };
  for (std::size_t i = 0; i < a.size(); ++i) note(places[a[i]], places[a[i]].first, i);
  for (std::size_t i = 0; i < b.size(); ++i) note(places[b[i]], places[b[i]].second, i);
  Pairs pairs;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (const Places& known = places[a[i]]; known.is_unique && known.second != none)
      pairs.emplace_back(i, known.second);
  return pairs;
}

/// The longest of the sub-sequences whose second places increase (patience sorting).
Pairs longest_increasing(const Pairs& pairs) {
  std::vector<std::size_t> tails;
  std::vector<std::size_t> before(pairs.size(), none);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::lower_bound(tails.begin(), tails.end(), pairs[i].second,
                                     [&](std::size_t tail, std::size_t value) { return pairs[tail].second < value; });
    if (at != tails.begin()) before[i] = *(at - 1);
    if (at == tails.end()) tails.push_back(i);
    else *at = i;
  }
  Pairs longest;
  for (std::size_t at = tails.empty() ? none : tails.back(); at != none; at = before[at]) longest.push_back(pairs[at]);
  std::reverse(longest.begin(), longest.end());
  return longest;
}

}  // namespace

Pairs anchors(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  return longest_increasing(unique_pairs(a, b));
}

}  // namespace fatespec::base
