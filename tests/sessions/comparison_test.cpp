#include "sessions/comparison.hpp"

#include <gtest/gtest.h>

namespace fatespec::sessions {
namespace {

SampleOutcome played(const std::string& sample, const std::vector<std::uint64_t>& dropped) {
  SampleOutcome outcome;
  outcome.sample = sample;
  outcome.recorded = true;
  for (const auto count : dropped) outcome.plays.emplace_back()[Defect::dropped_frame] = count;
  outcome.defects = outcome.plays.front();
  return outcome;
}

DefectChange::Kind change(const std::vector<std::uint64_t>& before, const std::vector<std::uint64_t>& now) {
  const auto comparison = compare_sessions("now", {played("s", now)}, "before", {played("s", before)});
  return comparison.samples.at(0).changes.at(0).kind;
}

TEST(Comparison, NamesWhatBecameOfADefect) {
  using Kind = DefectChange::Kind;
  EXPECT_EQ(change({0}, {3}), Kind::appeared);
  EXPECT_EQ(change({3}, {0}), Kind::went);
  EXPECT_EQ(change({3}, {5}), Kind::grew);
  EXPECT_EQ(change({5}, {3}), Kind::shrank);
}

// What the plays of one session differ by is no change.
TEST(Comparison, NoiseIsNotCalledAChange) {
  using Kind = DefectChange::Kind;
  EXPECT_EQ(change({0, 2, 7}, {3, 3, 3}), Kind::noise);
  EXPECT_EQ(change({0, 2, 7}, {6, 9, 12}), Kind::noise);
  EXPECT_EQ(change({0, 2, 7}, {8, 9, 12}), Kind::grew);
  EXPECT_EQ(change({0, 0, 0}, {0, 1, 0}), Kind::noise);
  EXPECT_EQ(change({0, 0, 0}, {2, 1, 4}), Kind::appeared);
  EXPECT_FALSE(compare_sessions("now", {played("s", {0, 1, 0})}, "b", {played("s", {0, 0, 0})}).worse());
}

TEST(Comparison, TextHasTheTableTheConfidenceAndTheReasons) {
  SampleOutcome crashed = played("c", {0});
  crashed.crashed = crashed.crashed_once = true;
  SampleOutcome unrecorded;
  unrecorded.sample = "u";
  const auto comparison =
      compare_sessions("after", {played("a", {4, 6}), played("c", {0}), played("only", {0}), unrecorded}, "before",
                       {played("a", {0, 0}), crashed, played("u", {0})});
  EXPECT_TRUE(comparison.worse());
  EXPECT_EQ(comparison_text(comparison),
            "crashes | Defects per sample | session\n"
            "      0 |              5.000 | after\n"
            "      1 |              0.000 | before\n"
            "\n"
            "confidence: 0.250 (1 of 4 samples compared)\n"
            "\nleft out, crashed in before:\nc\n"
            "\nleft out, not recorded in after:\nu\n"
            "\nleft out, only in after:\nonly\n"
            "\ndefects that differ, before -> after:\n"
            "\nSample: a (2 and 2 plays)\n"
            "  appeared        0 ->    4..6  Discard video frame too old,\n");
}

TEST(Comparison, ACrashIsNeverNoise) {
  using Kind = DefectChange::Kind;
  SampleOutcome sometimes = played("s", {0, 0});
  sometimes.plays.back()[Defect::crash] = 1;
  sometimes.crashed_once = true;
  const auto kind = [](const SampleOutcome& before, const SampleOutcome& now) {
    return compare_sessions("now", {now}, "before", {before}).samples.at(0).changes.at(0).kind;
  };
  EXPECT_EQ(kind(played("s", {0, 0}), sometimes), Kind::appeared);
  EXPECT_EQ(kind(sometimes, played("s", {0, 0})), Kind::went);
  EXPECT_EQ(compare_sessions("now", {sometimes}, "before", {played("s", {0, 0})}).now.crashes, 1U);
}

TEST(Comparison, ACrashThatIsNewIsWorse) {
  SampleOutcome crashed = played("s", {0});
  crashed.crashed = crashed.crashed_once = true;
  EXPECT_TRUE(compare_sessions("now", {crashed}, "before", {played("s", {0})}).worse());
  EXPECT_FALSE(compare_sessions("now", {played("s", {0})}, "before", {crashed}).worse());
}

TEST(Comparison, ACrashIsNeverNoiseAndALossIsWorse) {
  SampleOutcome sometimes = played("s", {0, 0});
  sometimes.plays[1][Defect::crash] = 1;
  EXPECT_TRUE(compare_sessions("now", {sometimes}, "before", {played("s", {0, 0})}).worse());
  SampleOutcome lost;
  lost.sample = "s";
  EXPECT_TRUE(compare_sessions("now", {lost}, "before", {played("s", {0})}).worse());
  EXPECT_FALSE(compare_sessions("now", {played("s", {0})}, "before", {lost}).worse());
}

}  // namespace
}  // namespace fatespec::sessions
