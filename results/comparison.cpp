#include "results/comparison.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace fatespec::results {
namespace {

using model::Verdict;
using Key = std::pair<std::string, std::string>;

std::optional<ChangeKind> kind_of(const ResultSummary* before, const ResultSummary* after) {
  if (before == nullptr) return model::is_bad(after->verdict) ? ChangeKind::new_bad : ChangeKind::appeared;
  if (after == nullptr) return ChangeKind::gone;
  const bool was_bad = model::is_bad(before->verdict);
  const bool is_bad = model::is_bad(after->verdict);
  if (!was_bad && is_bad) return ChangeKind::broke;
  if (was_bad && !is_bad) return ChangeKind::fixed;
  const bool same_output = before->stdout_blob == after->stdout_blob && before->stdout_bytes == after->stdout_bytes;
  if (is_bad && (before->verdict != after->verdict || before->reason != after->reason || !same_output))
    return ChangeKind::bad_still;
  if (before->verdict != after->verdict) return ChangeKind::verdict;
  if (before->verdict == Verdict::pass && !same_output) return ChangeKind::output;
  return std::nullopt;
}

void add_to(Totals& totals, const ResultSummary& before, const ResultSummary& after) {
  if (before.verdict != Verdict::pass || after.verdict != Verdict::pass) return;
  ++totals.tests;
  totals.cpu_before += before.cpu;
  totals.cpu_after += after.cpu;
  totals.rss_before_kib = std::max(totals.rss_before_kib, before.max_rss_kib);
  totals.rss_after_kib = std::max(totals.rss_after_kib, after.max_rss_kib);
  totals.output_before += before.stdout_bytes;
  totals.output_after += after.stdout_bytes;
}

}  // namespace

std::string_view name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::broke: return "broke";
    case ChangeKind::new_bad: return "new-bad";
    case ChangeKind::bad_still: return "bad-otherwise";
    case ChangeKind::gone: return "gone";
    case ChangeKind::fixed: return "fixed";
    case ChangeKind::output: return "output";
    case ChangeKind::verdict: return "verdict";
    case ChangeKind::appeared: return "appeared";
  }
  return "";
}

bool RunComparison::got_worse() const {
  const bool verdicts = std::any_of(changes.begin(), changes.end(), [](const Change& change) {
    return change.kind == ChangeKind::broke || change.kind == ChangeKind::new_bad;
  });
  return verdicts || std::any_of(trends.begin(), trends.end(), [](const auto& trend) { return trend.change() > 0; });
}

RunComparison compare_runs(const std::vector<ResultSummary>& before, const std::vector<ResultSummary>& after) {
  std::map<Key, std::pair<const ResultSummary*, const ResultSummary*>> pairs;
  for (const auto& result : before) pairs[{result.test, result.configuration}].first = &result;
  for (const auto& result : after) pairs[{result.test, result.configuration}].second = &result;
  RunComparison comparison;
  for (const auto& [key, pair] : pairs) {
    if (pair.first != nullptr && pair.second != nullptr) add_to(comparison.totals, *pair.first, *pair.second);
    if (const auto kind = kind_of(pair.first, pair.second))
      comparison.changes.push_back({*kind, key.first, key.second, pair.first, pair.second});
  }
  std::stable_sort(comparison.changes.begin(), comparison.changes.end(),
                   [](const Change& a, const Change& b) { return a.kind < b.kind; });
  return comparison;
}

}  // namespace fatespec::results
