#include "sessions/counter_report.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace fatespec::sessions {

std::string counter_report(const DefectCounts& counts) {
  std::vector<const DefectInfo*> found;
  for (const auto& info : all_defects())
    if (counts[info.defect] > 0) found.push_back(&info);
  if (found.empty()) return "No anomalies detected.";
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->description < b->description; });
  std::string text = "Counts of anomalies\nqtty anomaly";
  for (const auto* info : found) text += fmt::format("\n{:4} {}", counts[info->defect], info->description);
  return text;
}

}  // namespace fatespec::sessions
