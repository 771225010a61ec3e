#include "base/anchors.hpp"

#include <gtest/gtest.h>

namespace fatespec::base {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

TEST(Anchors, AreWhatOccursOnceInEach) {
  EXPECT_EQ(anchors({}, {}), Pairs());
  EXPECT_EQ(anchors({"a", "b", "c"}, {"x", "b", "c"}), Pairs({{1, 1}, {2, 2}}));
  EXPECT_EQ(anchors({"a", "b", "a"}, {"a", "b"}), Pairs({{1, 1}}));
  EXPECT_EQ(anchors({"a", "b"}, {"b", "a", "b"}), Pairs({{0, 1}}));
}

TEST(Anchors, AreAsManyAsBothHaveInTheSameOrder) {
  EXPECT_EQ(anchors({"a", "b", "c", "d"}, {"d", "a", "b", "c"}), Pairs({{0, 1}, {1, 2}, {2, 3}}));
  EXPECT_EQ(anchors({"a", "b", "c", "d", "e"}, {"c", "a", "b", "e", "d"}).size(), 3U);
}

}  // namespace
}  // namespace fatespec::base
