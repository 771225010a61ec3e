// Whether a test has become slower.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace fatespec::results {

/// A change of CPU time that is not chance.
struct CpuTrend {
  std::string test;
  std::string configuration;
  double before = 0;  ///< seconds, the median
  double after = 0;   ///< seconds, the median
  std::size_t runs_before = 0;
  std::size_t runs_after = 0;
  double p = 1;

  double change() const { return after / before - 1; }
};

/// The rule that calls a change one: Mann-Whitney below this p, and an effect of at least this much.
inline constexpr double trend_p = 0.001;
inline constexpr double trend_effect = 0.03;
/// Tests that use less are not looked at: below that, the grain of the scheduler's clock is all there is to see.
inline constexpr base::Duration least_cpu_of_trends = std::chrono::milliseconds(20);

/// Where the border between before and after may lie, as numbers of runs after it: at most five, each of which can
/// reach trend_p divided by how many are tried. Nothing if there are too few runs; 14 are the fewest.
std::vector<std::size_t> borders_to_try(std::size_t runs);

/// `seconds`: CPU time of the passes of one test, the oldest first. Names are left empty. `p` is that of the best
/// border times the number of borders (Bonferroni), so that trying several makes no more false alarms than trying one.
std::optional<CpuTrend> cpu_trend(const std::vector<double>& seconds);
/// A change that came with the last `after` passes or later. None that an earlier border explains clearly better: it
/// had come before.
std::optional<CpuTrend> cpu_trend_since(const std::vector<double>& seconds, std::size_t after);

}  // namespace fatespec::results
