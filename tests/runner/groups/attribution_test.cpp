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
}

TEST(AttributionCollector, SaysNothingOfNamesThatMayMeanSeveralThings) {
  AttributionCollector clear;
  clear.add("s/t[A=1,B=x]", "default", model::Verdict::fail);
  clear.add("s/t[A=2,B=x]", "default", model::Verdict::pass);
  ASSERT_EQ(clear.conclude().size(), 1U);
  EXPECT_EQ(clear.conclude()[0].test, "s/t");
  EXPECT_EQ(clear.conclude()[0].text, "fails exactly when A=1");
  AttributionCollector commas;
  commas.add("s/t[V=a,b]", "default", model::Verdict::fail);
  commas.add("s/t[V=a]", "default", model::Verdict::pass);
  commas.add("s/t[V=c]", "default", model::Verdict::pass);
  EXPECT_TRUE(commas.conclude().empty());
  AttributionCollector equals;
  equals.add("s/t[O=threads=1,slices=1]", "default", model::Verdict::fail);
  equals.add("s/t[O=threads=2,slices=1]", "default", model::Verdict::pass);
  EXPECT_TRUE(equals.conclude().empty());
}

}  // namespace
}  // namespace fatespec::runner
