#include "runner/groups/repetition.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::runner {
namespace {

using model::TestResult;
using model::Verdict;

/// Repetitions that ended alike.
using Way = std::vector<ResultPtr>;

std::string way_of(const TestResult& result) {
  return fmt::format("{} {} {} {}", model::name_of(result.verdict), result.status.value_or(-1), result.signal,
                     result.fingerprint);
}

int badness(Verdict verdict) {
  switch (verdict) {
    case Verdict::crash: return 6;
    case Verdict::timeout: return 5;
    case Verdict::fail: return 4;
    case Verdict::xpass: return 3;
    case Verdict::error: return 2;
    case Verdict::xfail: return 1;
    default: return 0;
  }
}

/// A whole output may have 8 MiB, and only that of the first of the worst is kept in the end.
ResultPtr hold(const std::vector<ResultPtr>& held, ResultPtr added) {
  const auto is_as_bad = [&](const auto& result) { return badness(result->verdict) >= badness(added->verdict); };
  if (!added->full_output || std::none_of(held.begin(), held.end(), is_as_bad)) return added;
  auto brief = std::make_shared<TestResult>(*added);
  brief->full_output.reset();
  return brief;
}

std::vector<Way> ways_of(const std::vector<ResultPtr>& results) {
  std::map<std::string, Way> by_name;
  for (const auto& result : results) by_name[way_of(*result)].push_back(result);
  std::vector<Way> ways;
  for (auto& [name, way] : by_name) ways.push_back(std::move(way));
  std::stable_sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.size() > b.size(); });
  return ways;
}

std::string describe(const std::vector<Way>& ways) {
  std::string text;
  for (const auto& way : ways) {
    const TestResult& example = *way.front();
    text += fmt::format("{:6} {} {}, output {}{}{}\n", way.size(), way.size() == 1 ? "time " : "times",
                        model::name_of(example.verdict), example.fingerprint.empty() ? "none" : example.fingerprint,
                        example.reason.empty() ? "" : ": ", example.reason);
  }
  return text;
}

/// Of an even number the mean of the middle two.
base::Duration median(std::vector<base::Duration> times) {
  std::sort(times.begin(), times.end());
  return (times[(times.size() - 1) / 2] + times[times.size() / 2]) / 2;
}

template <class Member>
base::Duration median_of(const std::vector<ResultPtr>& results, Member member) {
  std::vector<base::Duration> times;
  for (const auto& result : results) times.push_back(member(*result));
  return median(std::move(times));
}

// One example of each way but the one that the merged result shows itself.
void keep_examples(const std::vector<Way>& ways, const TestResult& shown, TestResult& merged) {
  constexpr std::size_t most = 5;
  for (const auto& way : ways) {
    const TestResult& example = *way.front();
    if (&example == &shown || merged.failed_attempts.size() == most) continue;
    merged.failed_attempts.push_back({static_cast<int>(merged.failed_attempts.size()) + 1, example.verdict,
                                      fmt::format("{} times: {}", way.size(), example.reason), example.output,
                                      example.error, example.kept_directory});
  }
}

std::vector<ResultPtr> judge_repetitions(std::vector<ResultPtr> results) {
  const auto ways = ways_of(results);
  const auto worst = std::max_element(results.begin(), results.end(), [](const auto& a, const auto& b) {
    return badness(a->verdict) < badness(b->verdict);
  });
  auto merged = std::make_shared<TestResult>(**worst);
  merged->attempts = static_cast<int>(results.size());
  for (const auto& way : ways) merged->outputs.push_back(static_cast<int>(way.size()));
  merged->wall = median_of(results, [](const TestResult& r) { return r.wall; });
  merged->usage.user = median_of(results, [](const TestResult& r) { return r.usage.user; });
  merged->usage.system = median_of(results, [](const TestResult& r) { return r.usage.system; });
  keep_examples(ways, **worst, *merged);
  if (ways.size() < 2) return {merged};
  merged->detail = describe(ways) + merged->detail;
  merged->reason = fmt::format("{} ways in {} times, {}{}{}", ways.size(), results.size(),
                               fmt::join(merged->outputs, "/"), merged->reason.empty() ? "" : "; ", merged->reason);
  // Each attempt passed, as nothing was expected of the output or less than all of it; that they differ is what was
  // looked for.
  if (merged->verdict == Verdict::pass) merged->verdict = Verdict::fail;
  return {merged};
}

}  // namespace

ResultGroups repetition_groups(const model::TestPlan& plan) {
  const auto key_of = [](const model::PlannedTest& test) {
    return test.repetitions > 1 && !test.skip_reason ? test.configuration->name + "\n" + test.name : std::string();
  };
  return {plan, key_of, judge_repetitions, nullptr, hold};
}

}  // namespace fatespec::runner
