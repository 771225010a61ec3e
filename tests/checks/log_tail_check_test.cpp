#include "checks/log_tail_check.hpp"

#include <gtest/gtest.h>

namespace fatespec::checks {
namespace {

std::string numbered(int from, int to, std::size_t width) {
  std::string text;
  for (int i = from; i <= to; ++i) {
    std::string line = "line " + std::to_string(i) + " ";
    text += line + std::string(width - line.size(), '.') + "\n";
  }
  return text;
}

model::Excerpt tail_of(const std::string& log) {
  LogTailCheck check;
  check.consume(log);
  return check.finish().output;
}

TEST(LogTail, HasTheLastThirtyLines) {
  const auto tail = tail_of(numbered(1, 200, 2000));
  EXPECT_EQ(tail.text, numbered(171, 200, 2000));
  EXPECT_EQ(tail.bytes, tail.text.size());
  EXPECT_FALSE(tail.truncated);
}

TEST(LogTail, OfAShortLogHasAllWithANewlineAtItsEnd) {
  EXPECT_EQ(tail_of("a\nb").text, "a\nb\n");
  EXPECT_EQ(tail_of("").text, "");
}

TEST(LogTail, OfLongLinesTellsThatSomeAreMissing) {
  const auto tail = tail_of(numbered(1, 40, 10'000));
  EXPECT_TRUE(tail.text.starts_with("[… what was before is left out …]\n"));
  EXPECT_TRUE(tail.text.ends_with(numbered(35, 40, 10'000)));
  EXPECT_LE(tail.text.size(), std::size_t{64} << 10);
}

TEST(LogTail, OfOneEndlessLineHasItsEnd) {
  const auto tail = tail_of(std::string(3'000'000, 'y') + "!");
  EXPECT_EQ(tail.text.size(), std::size_t{64} << 10);
  EXPECT_TRUE(tail.text.ends_with("y!\n"));
  EXPECT_TRUE(tail.text.starts_with("[… what was before is left out …]\ny"));
}

TEST(LogTail, OfAStreamWithAGapIsAllFromBehindTheGap) {
  ExcerptBuilder stream;
  stream.append(numbered(1, 200, 2000));
  const auto tail = last_lines(stream.finish());
  EXPECT_TRUE(tail.text.starts_with("[… what was before is left out …]\n"));
  EXPECT_TRUE(tail.text.ends_with(numbered(185, 200, 2000)));
  EXPECT_EQ(tail.text.find("line 1 "), std::string::npos);
}

}  // namespace
}  // namespace fatespec::checks
