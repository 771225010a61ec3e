#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace fatespec::base {
namespace {

TEST(Hex, ThereAndBack) {
  using std::string_literals::operator""s;
  EXPECT_EQ(to_hex("\0\x7f\x80\xff"s), "007f80ff");
  EXPECT_EQ(from_hex("007f80FF"), "\0\x7f\x80\xff"s);
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(from_hex(""), "");
}

TEST(Hex, OnlyPairsOfDigits) {
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("0x"), std::nullopt);
  EXPECT_TRUE(is_hex("0123456789abcdef"));
  EXPECT_FALSE(is_hex("AB"));
  EXPECT_FALSE(is_hex("g"));
}

}  // namespace
}  // namespace fatespec::base
