#include "results/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace fatespec::results {
namespace {

/// Twice the rank of each value, so that shared ranks stay whole numbers.
std::vector<int> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<int> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<int>(begin + end + 1);
    begin = end;
  }
  return ranks;
}

/// ways[s]: in how many ways `size` of the ranks add up to s.
std::vector<double> ways_to_draw(const std::vector<int>& ranks, std::size_t size) {
  const auto most = static_cast<std::size_t>(std::accumulate(ranks.begin(), ranks.end(), 0));
  std::vector<std::vector<double>> ways(size + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  for (const int rank : ranks)
    for (std::size_t n = size; n-- > 0;)
      for (std::size_t sum = 0; sum + static_cast<std::size_t>(rank) <= most; ++sum)
        ways[n + 1][sum + static_cast<std::size_t>(rank)] += ways[n][sum];
  return ways[size];
}

}  // namespace

double mann_whitney_p(const std::vector<double>& first, const std::vector<double>& second) {
  if (first.empty() || second.empty()) return 1;
  std::vector<double> pooled = first;
  pooled.insert(pooled.end(), second.begin(), second.end());
  const auto ranks = doubled_ranks(pooled);
  const int observed = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(first.size()), 0);
  const auto ways = ways_to_draw(ranks, first.size());
  const double all = std::accumulate(ways.begin(), ways.end(), 0.0);
  const auto expected = static_cast<double>(first.size() * (pooled.size() + 1));  // twice n1 (N + 1) / 2
  const double distance = std::abs(observed - expected);
  double as_far = 0;
  for (std::size_t sum = 0; sum < ways.size(); ++sum)
    if (std::abs(static_cast<double>(sum) - expected) >= distance) as_far += ways[sum];
  return as_far / all;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const std::size_t middle = values.size() / 2;
  std::sort(values.begin(), values.end());
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace fatespec::results
