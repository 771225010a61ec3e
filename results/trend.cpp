#include "results/trend.hpp"

#include <cmath>

#include "results/rank_test.hpp"

namespace fatespec::results {

std::optional<std::size_t> last_runs(std::size_t runs) {
  constexpr std::size_t fewest = 3;
  double ways = 1;  // to choose k of the runs
  for (std::size_t k = 1; k <= runs / 2; ++k) {
    ways = ways * static_cast<double>(runs - k + 1) / static_cast<double>(k);
    if (k >= fewest && 2 / ways < trend_p) return k;
  }
  return std::nullopt;
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
  const auto last = last_runs(seconds.size());
  if (!last) return std::nullopt;
  const auto border = seconds.end() - static_cast<std::ptrdiff_t>(*last);
  return cpu_trend({seconds.begin(), border}, {border, seconds.end()});
}

}  // namespace fatespec::results
