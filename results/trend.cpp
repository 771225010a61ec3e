#include "results/trend.hpp"

#include <cmath>

#include "results/rank_test.hpp"

namespace fatespec::results {

std::vector<std::size_t> borders_to_try(std::size_t runs) {
  constexpr std::size_t fewest = 3;
  constexpr std::size_t most_borders = 5;
  for (std::size_t borders = most_borders; borders > 0; --borders) {
    std::vector<std::size_t> found;
    double ways = 1;  // to choose k of the runs
    for (std::size_t k = 1; k <= runs / 2 && found.size() < borders; ++k) {
      ways = ways * static_cast<double>(runs - k + 1) / static_cast<double>(k);
      if (k >= fewest && 2 / ways < trend_p / static_cast<double>(borders)) found.push_back(k);
    }
    if (found.size() == borders) return found;
  }
  return {};
}

std::optional<CpuTrend> cpu_trend(const std::vector<double>& before, const std::vector<double>& after) {
  CpuTrend trend;
  trend.before = median(before);
  trend.after = median(after);
  trend.runs_before = before.size();
  trend.runs_after = after.size();
  if (trend.before <= 0 || std::abs(trend.change()) < trend_effect) return std::nullopt;
  trend.p = mann_whitney_p(after, before);
  if (trend.p >= trend_p) return std::nullopt;
  return trend;
}

std::optional<CpuTrend> cpu_trend(const std::vector<double>& seconds) {
  std::optional<CpuTrend> best;
  const auto borders = borders_to_try(seconds.size());
  for (const std::size_t last : borders) {
    const auto border = seconds.end() - static_cast<std::ptrdiff_t>(last);
    auto trend = cpu_trend({seconds.begin(), border}, {border, seconds.end()});
    if (!trend) continue;
    trend->p *= static_cast<double>(borders.size());
    if (trend->p < trend_p && (!best || trend->p < best->p)) best = trend;
  }
  return best;
}

}  // namespace fatespec::results
