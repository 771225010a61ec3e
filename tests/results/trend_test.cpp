#include "results/trend.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "results/rank_test.hpp"

namespace fatespec::results {
namespace {

/// The definition, by looking at every way to draw the first sample: slow, and short enough to be seen to be right.
double p_by_enumeration(const std::vector<double>& first, const std::vector<double>& second) {
  std::vector<double> pooled = first;
  pooled.insert(pooled.end(), second.begin(), second.end());
  const auto rank = [&](double value) {
    const auto below = std::count_if(pooled.begin(), pooled.end(), [&](double v) { return v < value; });
    const auto equal = std::count(pooled.begin(), pooled.end(), value);
    return static_cast<double>(below) + (static_cast<double>(equal) + 1) / 2;
  };
  const double expected = static_cast<double>(first.size()) * static_cast<double>(pooled.size() + 1) / 2;
  double observed = 0;
  for (const double value : first) observed += rank(value);
  std::vector<bool> drawn(pooled.size(), false);
  std::fill(drawn.end() - static_cast<std::ptrdiff_t>(first.size()), drawn.end(), true);
  double all = 0;
  double as_far = 0;
  do {
    double sum = 0;
    for (std::size_t i = 0; i < pooled.size(); ++i)
      if (drawn[i]) sum += rank(pooled[i]);
    ++all;
    if (std::abs(sum - expected) >= std::abs(observed - expected) - 1e-9) ++as_far;
  } while (std::next_permutation(drawn.begin(), drawn.end()));
  return as_far / all;
}

TEST(MannWhitney, KnownValues) {
  EXPECT_DOUBLE_EQ(mann_whitney_p({1, 2, 3}, {4, 5, 6}), 0.1);
  EXPECT_DOUBLE_EQ(mann_whitney_p({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}), 2.0 / 252);
  EXPECT_DOUBLE_EQ(mann_whitney_p({1, 1, 1}, {1, 1, 1}), 1);
  EXPECT_DOUBLE_EQ(mann_whitney_p({}, {1}), 1);
}

TEST(MannWhitney, AgreesWithItsDefinitionAlsoWhereThereAreTies) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> first(3 + random() % 3);
    std::vector<double> second(4 + random() % 4);
    for (auto* sample : {&first, &second})
      for (double& value : *sample) value = static_cast<double>(random() % 6);
    EXPECT_NEAR(mann_whitney_p(first, second), p_by_enumeration(first, second), 1e-12);
  }
}

std::vector<double> noisy(std::size_t count, double mean, std::mt19937& random) {
  std::normal_distribution<double> noise(mean, mean / 50);
  std::vector<double> values(count);
  for (double& value : values) value = noise(random);
  return values;
}

std::vector<double> operator+(std::vector<double> first, const std::vector<double>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(CpuTrend, NeedsFourteenRuns) {
  EXPECT_TRUE(borders_to_try(13).empty());
  EXPECT_EQ(borders_to_try(14), std::vector<std::size_t>{5});
  EXPECT_EQ(borders_to_try(40), (std::vector<std::size_t>{4, 5, 6, 7, 8}));
}

TEST(CpuTrend, SeesARegressionAndSaysHowLarge) {
  std::mt19937 random(1);
  const auto trend = cpu_trend(noisy(30, 1.0, random) + noisy(5, 1.2, random));
  ASSERT_TRUE(trend);
  EXPECT_NEAR(trend->change(), 0.2, 0.03);
  EXPECT_LT(trend->p, trend_p);
  EXPECT_EQ(trend->runs_before + trend->runs_after, 35U);
}

TEST(CpuTrend, AChangeBelowThreePercentIsNone) {
  EXPECT_FALSE(cpu_trend_since(std::vector<double>(30, 1.0) + std::vector<double>(10, 1.02), 10));
  EXPECT_TRUE(cpu_trend_since(std::vector<double>(30, 1.0) + std::vector<double>(10, 1.04), 10));
}

// 14 fast runs, then 10 slow ones.
TEST(CpuTrend, WhatHadChangedBeforeTheBorderIsNoChangeSince) {
  std::mt19937 random(3);
  const auto seconds = noisy(14, 1.0, random) + noisy(10, 1.2, random);
  for (const std::size_t after : {4U, 6U, 8U, 9U}) EXPECT_FALSE(cpu_trend_since(seconds, after)) << after;
  for (const std::size_t after : {10U, 11U}) EXPECT_TRUE(cpu_trend_since(seconds, after)) << after;
  EXPECT_EQ(cpu_trend_since(seconds, 10)->runs_after, 10U);
}

TEST(CpuTrend, DoesNotCryWolf) {
  std::mt19937 random(2);
  int alarms = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto seconds = noisy(35, 1.0, random);
    if (cpu_trend(seconds) || cpu_trend_since(seconds, 10)) ++alarms;
  }
  EXPECT_LE(alarms, 4) << "the rule promises one in a thousand at most";
}

}  // namespace
}  // namespace fatespec::results
