#include "results/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "model/test_id.hpp"

namespace fatespec::results {
namespace {

using model::Verdict;

/// Of failures that say how a program ended: the higher, the worse.
int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::crash: return 2;
    case Verdict::timeout: return 1;
    default: return 0;
  }
}

/// What was kept in one run only says nothing.
bool same_output(const ResultSummary& before, const ResultSummary& after) {
  const bool both_whole = before.full_blob != 0 && after.full_blob != 0;
  return before.stdout_blob == after.stdout_blob && before.stdout_bytes == after.stdout_bytes &&
         (!both_whole || before.full_blob == after.full_blob);
}

/// Of an output that is too large to be kept whole only head and tail are known.
bool is_partly_known(const ResultSummary& before, const ResultSummary& after) {
  constexpr std::uint64_t kept_whole = std::uint64_t{8} << 20;
  return before.stdout_bytes > kept_whole && same_output(before, after);
}

std::optional<ChangeKind> kind_of(const ResultSummary* before, const ResultSummary* after) {
  if (before == nullptr) return model::is_bad(after->verdict) ? ChangeKind::new_bad : ChangeKind::appeared;
  if (after == nullptr) return ChangeKind::gone;
  const bool was_bad = model::is_bad(before->verdict);
  const bool is_bad = model::is_bad(after->verdict);
  if (!was_bad && is_bad) return ChangeKind::broke;
  if (was_bad && !is_bad) return after->verdict == Verdict::skip ? ChangeKind::verdict : ChangeKind::fixed;
  if (is_bad && severity(after->verdict) > severity(before->verdict)) return ChangeKind::worse;
  if (is_bad && (before->verdict != after->verdict || before->reason != after->reason || !same_output(*before, *after)))
    return ChangeKind::bad_still;
  if (before->verdict != after->verdict) return ChangeKind::verdict;
  if (before->verdict == Verdict::pass && !same_output(*before, *after)) return ChangeKind::output;
  return std::nullopt;
}

/// A quarter more or less, and enough to matter.
void add_resources(std::vector<ResourceChange>& changes, const ResultSummary& before, const ResultSummary& after) {
  constexpr double factor = 1.25;
  constexpr double least_cpu = 0.1;             // seconds
  constexpr double least_memory = 16.0 * 1024;  // KiB
  if (before.verdict != Verdict::pass || after.verdict != Verdict::pass) return;
  const auto add = [&](ResourceChange::What what, double old_value, double new_value, double least) {
    const double ratio = new_value / std::max(old_value, 1e-9);
    const bool large = std::max(ratio, 1 / std::max(ratio, 1e-9)) >= factor;
    if (large && std::abs(new_value - old_value) >= least) changes.push_back({what, &before, &after, ratio});
  };
  add(ResourceChange::What::cpu, base::seconds(before.cpu), base::seconds(after.cpu), least_cpu);
  add(ResourceChange::What::memory, static_cast<double>(before.max_rss_kib), static_cast<double>(after.max_rss_kib),
      least_memory);
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
    case ChangeKind::worse: return "worse";
    case ChangeKind::bad_still: return "bad-otherwise";
    case ChangeKind::gone: return "gone";
    case ChangeKind::fixed: return "fixed";
    case ChangeKind::output: return "output";
    case ChangeKind::verdict: return "verdict";
    case ChangeKind::appeared: return "appeared";
  }
  return "";
}

void RunComparison::forget_what_was_not_run() {
  not_run += std::erase_if(changes, [](const Change& change) { return change.kind == ChangeKind::gone; });
}

bool RunComparison::got_worse() const {
  const bool verdicts = std::any_of(changes.begin(), changes.end(), [](const Change& change) {
    return change.kind == ChangeKind::broke || change.kind == ChangeKind::new_bad || change.kind == ChangeKind::worse;
  });
  return verdicts || std::any_of(trends.begin(), trends.end(), [](const auto& trend) { return trend.change() > 0; });
}

RunComparison compare_runs(const std::vector<ResultSummary>& before, const std::vector<ResultSummary>& after) {
  std::map<model::TestId, std::pair<const ResultSummary*, const ResultSummary*>> pairs;
  for (const auto& result : before) pairs[model::id_of(result)].first = &result;
  for (const auto& result : after) pairs[model::id_of(result)].second = &result;
  RunComparison comparison;
  for (const auto& [key, pair] : pairs) {
    if (pair.first != nullptr && pair.second != nullptr) {
      add_to(comparison.totals, *pair.first, *pair.second);
      add_resources(comparison.resources, *pair.first, *pair.second);
      const bool both_passed = pair.first->verdict == Verdict::pass && pair.second->verdict == Verdict::pass;
      if (both_passed && is_partly_known(*pair.first, *pair.second)) ++comparison.partly_known;
    }
    if (const auto kind = kind_of(pair.first, pair.second))
      comparison.changes.push_back({*kind, key.test, key.configuration, pair.first, pair.second, "", ""});
  }
  std::stable_sort(comparison.changes.begin(), comparison.changes.end(),
                   [](const Change& a, const Change& b) { return a.kind < b.kind; });
  std::stable_sort(comparison.resources.begin(), comparison.resources.end(),
                   [](const auto& a, const auto& b) { return a.ratio > b.ratio; });
  return comparison;
}

}  // namespace fatespec::results
