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

namespace {

using Samples = std::vector<double>;

/// `p` is as if no other border were tried.
std::optional<CpuTrend> trend_at(const Samples& seconds, std::size_t last) {
  const auto border = seconds.end() - static_cast<std::ptrdiff_t>(last);
  const Samples before(seconds.begin(), border);
  const Samples after(border, seconds.end());
  if (before.empty() || after.empty()) return std::nullopt;
  CpuTrend trend;
  trend.before = median(before);
  trend.after = median(after);
  trend.runs_before = before.size();
  trend.runs_after = after.size();
  if (trend.before <= 0 || std::abs(trend.change()) < trend_effect) return std::nullopt;
  trend.p = mann_whitney_p(after, before);
  return trend;
}

std::optional<CpuTrend> best_trend(const Samples& seconds, const std::vector<std::size_t>& borders) {
  std::optional<CpuTrend> best;
  for (const std::size_t last : borders) {
    auto trend = trend_at(seconds, last);
    if (!trend) continue;
    trend->p *= static_cast<double>(borders.size());
    if (trend->p < trend_p && (!best || trend->p < best->p)) best = trend;
  }
  return best;
}

double distance_to_median(const Samples& samples) {
  const double middle = median(samples);
  double sum = 0;
  for (const double sample : samples) sum += std::abs(sample - middle);
  return sum;
}

/// What is left unexplained if the times changed at that border.
double unexplained(const Samples& seconds, std::size_t last) {
  const auto border = seconds.end() - static_cast<std::ptrdiff_t>(last);
  return distance_to_median({seconds.begin(), border}) + distance_to_median({border, seconds.end()});
}

bool changed_earlier(const Samples& seconds, std::size_t after) {
  constexpr double clearly_better = 0.9;
  const double least = clearly_better * unexplained(seconds, after);
  for (std::size_t last = after + 1; last < seconds.size(); ++last)
    if (unexplained(seconds, last) < least) return true;
  return false;
}

}  // namespace

std::optional<CpuTrend> cpu_trend(const std::vector<double>& seconds) {
  return best_trend(seconds, borders_to_try(seconds.size()));
}

std::optional<CpuTrend> cpu_trend_since(const std::vector<double>& seconds, std::size_t after) {
  if (after == 0 || after >= seconds.size() || changed_earlier(seconds, after)) return std::nullopt;
  std::vector<std::size_t> borders = borders_to_try(seconds.size());
  std::erase_if(borders, [&](std::size_t last) { return last >= after; });
  borders.push_back(after);
  return best_trend(seconds, borders);
}

}  // namespace fatespec::results
