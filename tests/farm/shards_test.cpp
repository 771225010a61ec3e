#include "farm/shards.hpp"

#include <gtest/gtest.h>

#include "runner/plan/plan_builder.hpp"
#include "specs/project_reader.hpp"
#include "specs/suite_reader.hpp"
#include "tests/support/support.hpp"

namespace fatespec::farm {
namespace {

using namespace std::chrono_literals;

class ShardsTest : public testing::Test {
 protected:
  /// Shards as the names of their tests, a text each: "a b".
  std::vector<std::string> shards(const std::string& tests, const ShardSizes& sizes,
                                  const std::string& configuration = "") {
    specs::Problems problems;
    const auto project =
        specs::read_project(directory_.write("fatespec.yaml", "suites: []\n" + configuration), problems);
    const auto suite = specs::read_suite(directory_.write("s.yaml", "suite: s\ntests:\n" + tests), problems);
    plan_ = runner::build_plan(project, {suite}, {}, problems);
    for (const auto& problem : problems.list()) ADD_FAILURE() << problem.message;
    made_ = make_shards(plan_, earlier_, sizes);
    std::vector<std::string> texts;
    for (const auto& shard : made_) {
      std::string text;
      for (const auto index : shard.tests) text += (text.empty() ? "" : " ") + plan_.tests[index].name.substr(2);
      texts.push_back(text);
    }
    return texts;
  }
  void took(const std::string& test, base::Duration wall) {
    earlier_[{"s/" + test, "default"}] = {model::Verdict::pass, wall};
  }

  test::TemporaryDirectory directory_;
  model::TestPlan plan_;
  runner::EarlierResults earlier_;
  std::vector<Shard> made_;
};

using Texts = std::vector<std::string>;

constexpr const char* four =
    "  - {name: a, spec: x}\n  - {name: b, spec: x}\n  - {name: c, spec: x}\n  - {name: d, spec: x}\n";

TEST_F(ShardsTest, AreAsManyAsTheLengthAndTheSlotsAskFor) {
  EXPECT_EQ(shards(four, {1min, 1}).size(), 3U);  // three a slot
  EXPECT_EQ(shards(four, {1min, 9}).size(), 4U);  // no more than tests
  EXPECT_EQ(shards(four, {2s, 0}).size(), 2U);    // four tests of one second each
  EXPECT_EQ(shards(four, {1min, 0}), Texts{"a b c d"});
}

TEST_F(ShardsTest, TheLongestComeFirstAndLoadsAreEven) {
  took("a", 1s), took("b", 10s), took("c", 5s), took("d", 6s);
  EXPECT_EQ(shards(four, {11s, 0}), (Texts{"a b", "c d"}));
  EXPECT_EQ(made_[0].expected, 11s);
  EXPECT_EQ(made_[1].expected, 11s);
}

TEST_F(ShardsTest, LocksAgreementsAndRepetitionsStayTogether) {
  const std::string tied =
      "  - {name: a, spec: x, locks: [one]}\n  - {name: b, spec: x, locks: [one, two]}\n"
      "  - {name: c, spec: x, locks: [two]}\n  - {name: d, spec: x, locks: [three]}\n"
      "  - {name: m, spec: x $A, agree: true, matrix: {A: [1, 2]}}\n";
  EXPECT_EQ(shards(tied, {1ns, 0}), (Texts{"a b c", "m[A=1] m[A=2]", "d"}));
}

TEST_F(ShardsTest, NeedsAreKeptApart) {
  const auto made = shards(
      "  - {name: plain, spec: x}\n  - {name: wide, spec: x, slots: 4}\n  - {name: large, spec: x, memory: 2G}\n"
      "  - {name: alone, spec: x, exclusive: true}\n  - {name: big, spec: x, tags: [big]}\n"
      "  - {name: both, spec: x, tags: [big, pi]}\n",
      {1min, 1}, "slurm: {tags: {big: {constraint: bigmem}, pi: {constraint: arm, gres: 'board:1'}}}\n");
  EXPECT_EQ(made.size(), 6U);
  for (const auto& shard : made_) {
    const std::string name = plan_.tests[shard.tests[0]].name.substr(2);
    EXPECT_EQ(shard.needs.slots, name == "wide" ? 4 : 1);
    EXPECT_EQ(shard.needs.memory, name == "large" ? 2U << 30U : 0U);
    EXPECT_EQ(shard.needs.exclusive, name == "alone");
    const std::set<std::string> constraints = name == "big"    ? std::set<std::string>{"bigmem"}
                                              : name == "both" ? std::set<std::string>{"arm", "bigmem"}
                                                               : std::set<std::string>{};
    EXPECT_EQ(shard.needs.constraints, constraints);
    EXPECT_EQ(shard.needs.resources.size(), name == "both" ? 1U : 0U);
  }
}

TEST_F(ShardsTest, ABoardThatTheClusterDoesNotHandOutHasOneShard) {
  const std::string board = "configurations: {c: {target: pi}}\ntargets: {pi: {host: pi";
  EXPECT_EQ(shards(four, {1s, 4}, board + "}}\n").size(), 1U);
  EXPECT_EQ(shards(four, {1s, 4}, board + ", gres: 'board:pi:1'}}\n").size(), 4U);
  EXPECT_EQ(made_[0].needs.resources, std::set<std::string>{"board:pi:1"});
}

}  // namespace
}  // namespace fatespec::farm
