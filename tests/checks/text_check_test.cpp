#include "checks/text_check.hpp"

#include <random>

#include <gtest/gtest.h>

#include "checks/digest_check.hpp"
#include "checks/line_diff.hpp"
#include "tests/support/support.hpp"

namespace fatespec::checks {
namespace {

ReferencePtr text_reference(const std::string& text) { return std::make_shared<Reference>(text); }

bool equal(const std::string& expected, const std::string& actual, model::Comparison comparison, std::size_t piece) {
  TextComparison compare(text_reference(expected), comparison);
  for (std::size_t at = 0; at < actual.size(); at += piece) compare.consume(std::string_view(actual).substr(at, piece));
  return compare.finish();
}

Reading check(TextExpectation expectation, const std::string& text) {
  TextCheck check(std::move(expectation));
  check.consume(text);
  return check.finish();
}

// The independent truth is GNU diff.
TEST(WhitespaceComparison, AgreesWithDiffB) {
  const test::TemporaryDirectory directory;
  std::mt19937 random(7);
  int equal_pairs = 0;
  for (int round = 0; round < 150; ++round) {
    const auto text = [&] {
      std::string value;
      const std::string letters = " \t\r\nab ";
      for (unsigned i = random() % 9; i > 0; --i) value += letters[random() % letters.size()];
      return value;
    };
    const std::string a = text();
    const std::string b = round % 3 == 0 ? a + (random() % 2 == 0 ? " \n" : "\r") : text();
    directory.write("a", a);
    directory.write("b", b);
    const bool truth = test::shell("diff -b a b", directory.path()).status == 0;
    equal_pairs += truth ? 1 : 0;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{100}})
      EXPECT_EQ(equal(a, b, model::Comparison::whitespace, piece), truth)
          << testing::PrintToString(a) << " and " << testing::PrintToString(b);
  }
  EXPECT_GT(equal_pairs, 10);
}

TEST(ExactComparison, FindsTheFirstDifferenceInPieces) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{9}}) {
    TextComparison compare(text_reference("abcdef"), model::Comparison::exact);
    const std::string actual = "abcXef";
    for (std::size_t at = 0; at < actual.size(); at += piece)
      compare.consume(std::string_view(actual).substr(at, piece));
    EXPECT_FALSE(compare.finish());
    EXPECT_EQ(compare.first_difference(), 3U);
  }
  EXPECT_TRUE(equal("", "", model::Comparison::exact, 1));
  EXPECT_FALSE(equal("a", "", model::Comparison::exact, 1));
  EXPECT_FALSE(equal("", "a", model::Comparison::exact, 1));
  EXPECT_FALSE(equal("a", "a\n", model::Comparison::exact, 1));
}

TEST(TextCheck, ReasonsNameTheFirstLineThatDiffers) {
  EXPECT_EQ(check({.reference = text_reference("a\nb\n")}, "a\nc\n").reason,
            "stdout differs first in line 2: \"c\", expected \"b\"");
  EXPECT_EQ(check({.reference = text_reference("a\n")}, "").reason, "stdout is empty, expected 2 B");
  EXPECT_EQ(check({.reference = text_reference("a\n")}, "a").reason,
            "stdout differs only in blanks or newlines at its beginning or end");
  EXPECT_EQ(check({.reference = text_reference("a\nhi")}, "a\nhi\nho").reason,
            "stdout goes on after \"hi\" in line 2, where it should end without a newline");
  EXPECT_EQ(check({.reference = text_reference("hi\nho\n")}, "hi").reason,
            "stdout ends after \"hi\" in line 1, without a newline, and should go on");
  const std::string longer(100, 'x');
  EXPECT_EQ(check({.reference = text_reference(longer + "a\n")}, longer + "b\n").reason,
            "stdout differs first in line 1 (102 bytes, expected 102)");
  EXPECT_EQ(check({.reference = text_reference(std::string("a\0b", 3))}, std::string("a\0c", 3)).reason,
            "stdout differs first at byte 2 (3 bytes, expected 3)");
}

TEST(TextCheck, ExpressionsAndSizes) {
  EXPECT_TRUE(check({.matches = "^frame= *25$"}, "x\nframe=  25\n").passed());
  EXPECT_EQ(check({.matches = "frame=26"}, "frame=25").reason, "stdout does not match /frame=26/");
  EXPECT_EQ(check({.matches = "frame=26"}, std::string(9'000'000, '.') + "frame=26").reason,
            "stdout does not match /frame=26/ in its first 8.0 MiB, more is not searched");
  EXPECT_EQ(check({.size = model::SizeBounds{5, {}}}, "abc").reason, "stdout has 3 bytes, less than 5");
  EXPECT_EQ(check({.size = model::SizeBounds{{}, 2}}, "abc").reason, "stdout has 3 bytes, more than 2");
  EXPECT_FALSE(check({.matches = "(a*)*b"}, std::string(200, 'a')).passed())
      << "an expression of exponential cost ends";
}

TEST(Excerpt, IsHeadAndTail) {
  TextCheck small({});
  small.consume(std::string(65536, 'x'));
  EXPECT_FALSE(small.finish().output.truncated);
  TextCheck large({});
  for (int i = 0; i < 1000; ++i) large.consume(std::string(1000, static_cast<char>('a' + i % 26)));
  const auto excerpt = large.finish().output;
  EXPECT_TRUE(excerpt.truncated);
  EXPECT_EQ(excerpt.bytes, 1'000'000U);
  EXPECT_EQ(excerpt.text.size(), 65536U);
  EXPECT_EQ(excerpt.text.front(), 'a');
  EXPECT_EQ(excerpt.text.back(), static_cast<char>('a' + 999 % 26));
}

TEST(DigestCheck, ComparesDigestsInEitherCase) {
  DigestCheck check(base::DigestAlgorithm::md5,
                    {.label = "MD5", .reference = text_reference("5D41402ABC4B2A76B9719D911017C592\n")});
  check.consume("hel");
  check.consume("lo");
  const Reading reading = check.finish();
  EXPECT_TRUE(reading.passed());
  EXPECT_EQ(reading.output.text, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(reading.output.bytes, 32U);
}

TEST(UnifiedDiff, IsOneThatPatchTakes) {
  const test::TemporaryDirectory directory;
  std::string before;
  std::string after;
  for (int i = 0; i < 60; ++i) {
    before += "line " + std::to_string(i) + "\n";
    if (i != 7) after += (i == 30 ? "changed" : "line " + std::to_string(i)) + std::string("\n");
    if (i == 50) after += "added\n";
  }
  directory.write("a", before);
  directory.write("d", "--- a\n+++ a\n" + unified_diff(before, after));
  ASSERT_EQ(test::shell("patch -s a d", directory.path()).status, 0);
  EXPECT_EQ(test::read_file(directory / "a"), after);
}

TEST(TextCheck, NamesTheLineThatDiffersByMoreThanBlanks) {
  TextCheck check(
      {.reference = std::make_shared<Reference>("a  b\nc  \nY\n"), .comparison = model::Comparison::whitespace});
  check.consume("a b\nc\nX\n");
  EXPECT_EQ(check.finish().reason, "stdout differs first in line 3: \"X\", expected \"Y\"");
}

/// `count` numbered lines; the one before the last is `odd`.
std::string numbered(int count, const std::string& blanks, const std::string& odd) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "a" + blanks + (i == count - 1 ? odd : std::to_string(i)) + "\n";
  return text;
}

// With other blanks the same line is at other places of the two texts.
TEST(TextCheck, OfLongTextsOnlyWhatDiffersByMoreThanBlanksIsShown) {
  const auto with_blanks = [](int count) {
    return check(
        {.reference = text_reference(numbered(count, "   ", "x")), .comparison = model::Comparison::whitespace},
        numbered(count, " ", "y"));
  };
  const Reading reading = with_blanks(80'000);
  EXPECT_EQ(reading.reason, "stdout differs first in line 79999: \"a y\", expected \"a   x\"");
  EXPECT_EQ(reading.detail, "@@ -79996,5 +79996,5 @@\n a   79996\n a   79997\n a   79998\n-a   x\n+a y\n a   80000\n");
  EXPECT_EQ(with_blanks(1'000'000).reason,
            "stdout differs first in line 999999 (" + std::to_string(numbered(1'000'000, " ", "y").size()) +
                " bytes, expected " + std::to_string(numbered(1'000'000, "   ", "x").size()) + ")");
  EXPECT_EQ(check({.reference = text_reference(numbered(1'000'000, " ", "x"))}, numbered(1'000'000, " ", "y")).reason,
            "stdout differs first in line 999999 (8888891 bytes, expected 8888891)");
}

// What of the window's end is there in one text alone is no change.
TEST(UnifiedDiff, LinesAfterTheEndOfItsWindowAreNoChange) {
  const std::string rest = numbered(300'000, "  ", "z");
  std::string fewer_blanks = numbered(300'000, " ", "z");
  EXPECT_EQ(unified_diff("k\n" + rest, "l\n" + fewer_blanks, {.comparison = model::Comparison::whitespace}),
            "@@ -1,4 +1,4 @@\n-k\n+l\n a  1\n a  2\n a  3\n");
}

TEST(UnifiedDiff, LargeDifferencesEndInTime) {
  std::string before;
  std::string after;
  for (int i = 0; i < 100'000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const std::string diff = unified_diff(before, after);
  EXPECT_NE(diff.find("… "), std::string::npos);
  EXPECT_EQ(unified_diff("a", "a"), "");
  EXPECT_EQ(unified_diff("a", "a\n"), "\\ the texts differ only in the newline at the end\n");
  const std::string line(3'000'000, 'x');
  EXPECT_EQ(unified_diff(line + "a\n", line + "b\n"),
            "\\ lines too long to show: the texts differ first at byte 3000000\n");
}

TEST(UnifiedDiff, ShowsWhatWasBeforeWhatIs) {
  EXPECT_EQ(unified_diff("a\nb\nc\n", "d\ne\nf\n"), "@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+d\n+e\n+f\n");
  EXPECT_EQ(unified_diff("k\na\nb\nl\n", "k\nx\nb\ny\nl\n"), "@@ -1,4 +1,5 @@\n k\n-a\n+x\n b\n+y\n l\n");
}

TEST(UnifiedDiff, WhitespaceModeShowsOnlyWhatMatters) {
  EXPECT_EQ(unified_diff("a  b\nc\n", "a b\nd\n", {.comparison = model::Comparison::whitespace}),
            "@@ -1,2 +1,2 @@\n a  b\n-c\n+d\n");
}

}  // namespace
}  // namespace fatespec::checks
