// How often a test must pass before a commit is believed to be good.
#include "cli/causes/flaky_odds.hpp"

#include <gtest/gtest.h>

namespace fatespec::cli {
namespace {

TEST(FlakyOdds, FollowTheBetaDistribution) {
  // Of five failures in five: 6! n! / (6 + n)!
  EXPECT_NEAR(chance_of_passes({5, 0}, 1), 1.0 / 7, 1e-12);
  EXPECT_NEAR(chance_of_passes({5, 0}, 4), 1.0 / 210, 1e-12);
  EXPECT_EQ(passes_to_believe({5, 0}), 4);
  EXPECT_EQ(passes_to_believe({3, 17}), 43) << "18 19 20 21 / (61 62 63 64) is the first below 0.01";
  EXPECT_LT(chance_of_passes({3, 17}, 43), 0.01);
  EXPECT_GE(chance_of_passes({3, 17}, 42), 0.01);
}

}  // namespace
}  // namespace fatespec::cli
