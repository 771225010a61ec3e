#include "results/comparison.hpp"

#include <gtest/gtest.h>

namespace fatespec::results {
namespace {

using model::Verdict;

ResultSummary summary(const std::string& test, Verdict verdict, long long blob = 1) {
  ResultSummary result{test, "default", verdict};
  result.stdout_blob = blob;
  result.cpu = std::chrono::milliseconds(10);
  return result;
}

TEST(CompareRuns, ListsWhatIsMostTellingFirst) {
  const std::vector<ResultSummary> before = {summary("s/a", Verdict::pass), summary("s/b", Verdict::fail),
                                             summary("s/c", Verdict::pass), summary("s/d", Verdict::pass),
                                             summary("s/e", Verdict::pass), summary("s/same", Verdict::fail)};
  const std::vector<ResultSummary> after = {summary("s/a", Verdict::pass, 2), summary("s/b", Verdict::pass),
                                            summary("s/c", Verdict::crash),   summary("s/e", Verdict::skip),
                                            summary("s/f", Verdict::fail),    summary("s/g", Verdict::pass),
                                            summary("s/same", Verdict::fail)};
  const auto comparison = compare_runs(before, after);
  std::vector<std::pair<ChangeKind, std::string>> found;
  for (const auto& change : comparison.changes) found.emplace_back(change.kind, change.test);
  const decltype(found) expected = {{ChangeKind::broke, "s/c"},   {ChangeKind::new_bad, "s/f"},
                                    {ChangeKind::gone, "s/d"},    {ChangeKind::fixed, "s/b"},
                                    {ChangeKind::output, "s/a"},  {ChangeKind::verdict, "s/e"},
                                    {ChangeKind::appeared, "s/g"}};
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(comparison.got_worse());
  EXPECT_EQ(comparison.totals.tests, 1U);
}

TEST(CompareRuns, OnlyBrokenAndNewBadTestsMakeItWorse) {
  const std::vector<ResultSummary> before = {summary("s/a", Verdict::fail), summary("s/b", Verdict::pass)};
  EXPECT_FALSE(compare_runs(before, {summary("s/a", Verdict::crash)}).got_worse());
  EXPECT_TRUE(compare_runs(before, {summary("s/b", Verdict::xpass)}).got_worse());
}

}  // namespace
}  // namespace fatespec::results
