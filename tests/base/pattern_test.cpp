#include "base/pattern.hpp"

#include <gtest/gtest.h>

namespace fatespec::base {
namespace {

bool found(std::string_view expression, std::string_view text) { return Pattern::compile(expression)->found_in(text); }

TEST(Pattern, FindsInLinesAndBytes) {
  EXPECT_TRUE(found("^b+$", "a\nbb\nc"));
  EXPECT_FALSE(found("a.b", "a\nb"));
  EXPECT_TRUE(found("(?s)a.b", "a\nb"));
  EXPECT_TRUE(found("x|^y", "z\ny"));
  EXPECT_TRUE(found("b", std::string_view("\0\xff"
                                          "b",
                                          3)));
  EXPECT_TRUE(found("\xc3\xbc", "gr\xc3\xbcn"));
}

TEST(Pattern, MatchesTheWhole) {
  const auto pattern = Pattern::compile("a|ab").value();
  EXPECT_TRUE(pattern.matches_whole("ab"));
  EXPECT_FALSE(pattern.matches_whole("abc"));
}

TEST(Pattern, SaysWhatIsWrong) {
  EXPECT_EQ(Pattern::compile("a(").error().message, "missing ): a(");
  EXPECT_EQ(Pattern::compile("a)|(b").error().message, "unexpected ): a)|(b");
  EXPECT_EQ(Pattern::compile("(a)\\1").error().message, "invalid escape sequence: \\1");
}

TEST(Pattern, CostsNoMoreForNestedRepetitions) {
  EXPECT_FALSE(found("((.)*)*((.)*)*((.)*)*((.)*)*x", std::string(100'000, 'a')));
}

}  // namespace
}  // namespace fatespec::base
