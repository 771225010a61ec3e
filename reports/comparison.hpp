// Two runs, and one test over many runs, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "model/result.hpp"
#include "reports/console.hpp"
#include "results/comparison.hpp"
#include "results/store.hpp"

namespace fatespec::reports {

/// Several lines, most telling first, each with its newline.
std::string comparison_text(const Console& console, const model::Run& before, const model::Run& after,
                            const results::RunComparison& comparison);
/// JSON Lines: a `change` each, a `cpu_trend` each, and `comparison` at the end.
std::string comparison_json(const model::Run& before, const model::Run& after,
                            const results::RunComparison& comparison);

/// "slower  s/x  CPU 1.20 s -> 1.31 s (+9.2 %), the last 5 runs against 20 before, p = 0.0003".
std::string trend_text(const Console& console, const results::CpuTrend& trend);

std::string history_text(const Console& console, const std::vector<results::HistoryEntry>& entries,
                         const std::vector<results::CpuTrend>& trends);
/// JSON Lines: a `history` each, the latest first, and a `cpu_trend` each.
std::string history_json(const std::string& test, const std::vector<results::HistoryEntry>& entries,
                         const std::vector<results::CpuTrend>& trends);

}  // namespace fatespec::reports
