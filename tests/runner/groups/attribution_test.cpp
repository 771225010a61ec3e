#include "runner/groups/attribution.hpp"

#include <functional>
#include <memory>

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

/// All combinations of three processors and three numbers of threads.
std::vector<Outcome> outcomes(const std::function<bool(const std::string&, int)>& bad) {
  std::vector<Outcome> all;
  for (const std::string cpu : {"sse2", "avx2", "neon"})
    for (const int threads : {1, 2, 16})
      all.push_back({{{"CPU", cpu}, {"THREADS", std::to_string(threads)}}, bad(cpu, threads)});
  return all;
}

TEST(Attribution, FindsTheBoxAroundTheFailures) {
  const auto said = [](const auto& bad) { return attribute(outcomes(bad)); };
  EXPECT_EQ(said([](auto& cpu, int threads) { return cpu == "avx2" && threads > 1; }),
            "fails exactly when CPU=avx2 and THREADS>1");
  EXPECT_EQ(said([](auto&, int threads) { return threads < 16; }), "fails exactly when THREADS<16");
  EXPECT_EQ(said([](auto& cpu, int) { return cpu != "neon"; }), "fails exactly when CPU!=neon");
  EXPECT_EQ(said([](auto&, int threads) { return threads == 2; }), "fails exactly when THREADS=2");
  EXPECT_EQ(said([](auto&, int threads) { return threads != 2; }), "fails exactly when THREADS!=2");
}

TEST(Attribution, SaysHowManyWhereTheBoxHoldsGoodOnesToo) {
  EXPECT_EQ(attribute(outcomes([](auto& cpu, int threads) { return cpu == "avx2" && threads != 2; })),
            "fails exactly when CPU=avx2 and THREADS!=2");
  EXPECT_EQ(attribute(outcomes([](auto& cpu, int threads) {
              return (cpu == "avx2" && threads == 1) || (cpu == "sse2" && threads == 2);
            })),
            "fails only when CPU!=neon and THREADS<16 (2 of 4)");
}

TEST(Attribution, HasNothingToSayOfAllOrNone) {
  EXPECT_EQ(attribute(outcomes([](auto&, int) { return true; })), "");
  EXPECT_EQ(attribute(outcomes([](auto&, int) { return false; })), "");
}

TEST(AttributionCollector, AKnownFailureFailsAndOneThatPassesDoesNot) {
  AttributionCollector known;
  known.add("s/t[N=1]", "default", model::Verdict::xfail);
  known.add("s/t[N=2]", "default", model::Verdict::xfail);
  known.add("s/t[N=3]", "default", model::Verdict::xpass);
  ASSERT_EQ(known.conclude().size(), 1U);
  EXPECT_EQ(known.conclude()[0].text, "fails exactly when N<3");
  AttributionCollector as_expected;
  as_expected.add("s/t[N=1]", "default", model::Verdict::xfail);
  as_expected.add("s/t[N=2]", "default", model::Verdict::pass);
  EXPECT_TRUE(as_expected.conclude().empty()) << "nothing is bad";
}

TEST(AttributionCollector, SaysOfHowManyCombinationsItSpeaks) {
  model::TestSpec spec;
  spec.name = "t";
  spec.matrix = {{"T", {"1", "2", "4"}}, {"C", {"sse", "avx2"}}};
  model::Suite suite;
  suite.name = "s";
  model::Configuration configuration;
  configuration.name = "default";
  AttributionCollector collector;
  const auto add = [&](const std::string& threads, model::Verdict verdict) {
    model::PlannedTest test;
    test.spec = std::shared_ptr<const model::TestSpec>(std::shared_ptr<void>(), &spec);
    test.suite = std::shared_ptr<const model::Suite>(std::shared_ptr<void>(), &suite);
    test.configuration = std::shared_ptr<const model::Configuration>(std::shared_ptr<void>(), &configuration);
    test.name = "s/t[T=" + threads + ",C=avx2]";
    test.matrix = {{"T", threads}, {"C", "avx2"}};
    collector.add(test, verdict);
  };
  add("2", model::Verdict::pass);
  add("4", model::Verdict::fail);
  ASSERT_EQ(collector.conclude().size(), 1U);
  EXPECT_EQ(collector.conclude()[0].text, "fails exactly when T=4 (going by 2 of 6 combinations)");
  add("1", model::Verdict::fail);
  EXPECT_EQ(collector.conclude()[0].text, "fails exactly when T!=2 (going by 3 of 6 combinations)");
}

TEST(Attribution, WhatTellsNothingMoreIsLeftOut) {
  const auto without = [](int left_out) {
    std::vector<Outcome> all;
    for (int a = 1; a <= 4; ++a)
      for (int b = 1; b <= 3; ++b)
        if (a * 10 + b != left_out) all.push_back({{{"A", std::to_string(a)}, {"B", std::to_string(b)}}, a == 2});
    return attribute(all);
  };
  EXPECT_EQ(without(22), "fails exactly when A=2");
  EXPECT_EQ(without(0), "fails exactly when A=2");
  // Either may be what matters.
  EXPECT_EQ(attribute({{{{"A", "1"}, {"B", "1"}}, true}, {{{"A", "2"}, {"B", "2"}}, false}}),
            "fails exactly when A=1 and B=1");
}

TEST(Attribution, NothingIsClaimedOfValuesThatDidNotRun) {
  const auto said = [](std::optional<bool> last, const std::vector<model::MatrixAxis>& declared) {
    return attribute({{{{"T", "1"}}, false}, {{{"T", "4"}}, true}, {{{"T", "8"}}, true}, {{{"T", "16"}}, last}},
                     declared);
  };
  EXPECT_EQ(said(true, {}), "fails exactly when T>1");
  EXPECT_EQ(said(std::nullopt, {}), "fails exactly when T is 4 or 8");
  EXPECT_EQ(said(true, {{"T", {"1", "2", "4", "8", "16"}}}), "fails exactly when T is 4 or 8 or 16");
}

/// What is said of `s/t` when just the test of the first name fails.
std::string said_of(const std::vector<std::string>& names) {
  AttributionCollector collector;
  for (const auto& name : names)
    collector.add(name, "default", name == names.front() ? model::Verdict::fail : model::Verdict::pass);
  const auto all = collector.conclude();
  return all.empty() ? "" : all[0].test + " " + all[0].text;
}

TEST(AttributionCollector, ValuesMayHoldCommasAndEqualsSigns) {
  EXPECT_EQ(said_of({"s/t[A=1,B=x]", "s/t[A=2,B=x]"}), "s/t fails exactly when A=1");
  EXPECT_EQ(said_of({"s/t[V=a,b]", "s/t[V=a]", "s/t[V=c]"}), "s/t fails exactly when V=a,b");
  EXPECT_EQ(said_of({"s/t[O=threads=1,slices=1]", "s/t[O=threads=2,slices=1]"}), "s/t fails exactly when O=threads=1");
  EXPECT_EQ(said_of({"s/t[fast]", "s/t"}), "");
  EXPECT_EQ(said_of({"s/t[q=1][A=2]", "s/t[q=1][A=1]"}), "");
  EXPECT_EQ(said_of({"s/t[VF=scale=2,hflip,T=1]", "s/t[VF=scale=1,T=1]", "s/t[VF=null,T=1]"}),
            "s/t fails exactly when VF=scale=2,hflip");
}

// Of a run that goes on the plan knows the axes, the results of before are known by their names.
TEST(AttributionCollector, TheAxesOfThePlanAreThoseOfTheNames) {
  model::TestSpec spec;
  spec.name = "t";
  spec.matrix = {{"O", {"a,slices=1", "b,slices=1"}}};
  model::Suite suite;
  suite.name = "s";
  model::Configuration configuration;
  configuration.name = "default";
  model::PlannedTest test;
  test.spec = std::shared_ptr<const model::TestSpec>(std::shared_ptr<void>(), &spec);
  test.suite = std::shared_ptr<const model::Suite>(std::shared_ptr<void>(), &suite);
  test.configuration = std::shared_ptr<const model::Configuration>(std::shared_ptr<void>(), &configuration);
  test.name = "s/t[O=a,slices=1]";
  test.matrix = {{"O", "a,slices=1"}};
  AttributionCollector collector;
  collector.add("s/t[O=b,slices=1]", "default", model::Verdict::pass);
  collector.add(test, model::Verdict::fail);
  ASSERT_EQ(collector.conclude().size(), 1U);
  EXPECT_EQ(collector.conclude()[0].text, "fails exactly when O=a,slices=1");
}

}  // namespace
}  // namespace fatespec::runner
