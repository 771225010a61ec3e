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

TEST(CompareRuns, GetsWorseByWhatBrokeAndByWhatFailsInAWorseWay) {
  const std::vector<ResultSummary> before = {summary("s/a", Verdict::fail), summary("s/b", Verdict::pass),
                                             summary("s/c", Verdict::crash)};
  const auto kinds = [&](const std::vector<ResultSummary>& after) {
    std::vector<ChangeKind> found;
    for (const auto& change : compare_runs(before, after).changes)
      if (change.after != nullptr) found.push_back(change.kind);
    return found;
  };
  EXPECT_TRUE(compare_runs(before, {summary("s/a", Verdict::crash)}).got_worse());
  EXPECT_EQ(kinds({summary("s/a", Verdict::timeout)}), std::vector{ChangeKind::worse});
  EXPECT_FALSE(compare_runs(before, {summary("s/c", Verdict::fail)}).got_worse());
  EXPECT_FALSE(compare_runs({summary("s/a", Verdict::error)}, {summary("s/a", Verdict::fail)}).got_worse());
  EXPECT_EQ(kinds({summary("s/c", Verdict::fail)}), std::vector{ChangeKind::bad_still});
  EXPECT_EQ(kinds({summary("s/c", Verdict::skip)}), std::vector{ChangeKind::verdict}) << "nothing is mended by it";
  EXPECT_TRUE(compare_runs(before, {summary("s/b", Verdict::xpass)}).got_worse());
}

TEST(CompareRuns, NamesTestsThatTakeMuchMore) {
  auto old_small = summary("s/a", Verdict::pass);
  auto old_large = summary("s/b", Verdict::pass);
  old_small.cpu = std::chrono::milliseconds(400);
  old_large.max_rss_kib = 50 * 1024;
  auto new_small = old_small;
  auto new_large = old_large;
  EXPECT_TRUE(compare_runs({old_small, old_large}, {new_small, new_large}).resources.empty());
  new_small.cpu = std::chrono::milliseconds(800);
  new_large.max_rss_kib = 200 * 1024;
  const std::vector<ResultSummary> before = {old_small, old_large};
  const std::vector<ResultSummary> after = {new_small, new_large};
  const auto comparison = compare_runs(before, after);
  ASSERT_EQ(comparison.resources.size(), 2U);
  EXPECT_EQ(comparison.resources[0].what, ResourceChange::What::memory) << "the largest first";
  EXPECT_EQ(comparison.resources[0].ratio, 4);
  EXPECT_EQ(comparison.resources[1].after->test, "s/a");
  EXPECT_FALSE(comparison.got_worse()) << "one run proves nothing";
}

TEST(CompareRuns, OutputThatWasKeptWholeIsComparedWhole) {
  auto before = summary("s/a", Verdict::pass);
  auto after = before;
  before.full_blob = 7;
  EXPECT_TRUE(compare_runs({before}, {after}).changes.empty()) << "it was kept in one run only";
  after.full_blob = 8;
  const std::vector<ResultSummary> old_results = {before};
  const std::vector<ResultSummary> new_results = {after};
  EXPECT_EQ(compare_runs(old_results, new_results).changes.at(0).kind, ChangeKind::output);
}

}  // namespace
}  // namespace fatespec::results
