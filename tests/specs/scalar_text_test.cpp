#include "specs/scalar_text.hpp"

#include <gtest/gtest.h>

#include "specs/yaml.hpp"
#include "tests/support/support.hpp"

namespace fatespec::specs {
namespace {

/// What stands in the file where the `X` of the value of `k` is, with its line: "3: Xyz".
std::string place_of_x(const std::string& text) {
  Problems problems;
  const auto document = YamlDocument::parse("f.yaml", text, problems);
  if (!document) return problems.list().front().message;
  const YamlNode value = document->root().entries().front().second;
  const auto origin = value.origin_of(value.value().find('X'));
  const auto line = document->source().line(origin.line);
  return std::to_string(origin.line) + ": " + std::string(line.substr(static_cast<std::size_t>(origin.column) - 1));
}

TEST(ScalarText, OfEveryStyle) {
  EXPECT_EQ(place_of_x("k: abXc\n"), "1: Xc");
  EXPECT_EQ(place_of_x("k: a b\n   c Xd\n"), "2: Xd");
  EXPECT_EQ(place_of_x("k: a\n\n\n   c Xd\n"), "4: Xd") << "empty lines are line breaks";
  EXPECT_EQ(place_of_x("k: 'it''s X'\n"), "1: X'");
  EXPECT_EQ(place_of_x("k: 'a\n\n    b X'\n"), "3: X'");
  EXPECT_EQ(place_of_x("k: \"a\\tb X\"\n"), "1: X\"");
  EXPECT_EQ(place_of_x("k: \"\\x7b\\u00e4\\U0001F600X\"\n"), "1: X\"");
  EXPECT_EQ(place_of_x("k: \"a \\\n     bX\"\n"), "2: X\"") << "a line that goes on";
  EXPECT_EQ(place_of_x("k: |\n  a\n    b X\n"), "3: X");
  EXPECT_EQ(place_of_x("k: |\n\n  a X\n"), "3: X");
  EXPECT_EQ(place_of_x("k: |2\n    a X\n"), "2: X") << "more indented than the block";
  EXPECT_EQ(place_of_x("k: >-\n  a\n  b\n\n  c X\n"), "5: X");
  EXPECT_EQ(place_of_x("k: >\n  a\n    more\n  c X\n"), "4: X");
}

TEST(ScalarText, BehindTagsAnchorsAndMarks) {
  EXPECT_EQ(place_of_x("k: &anchor 'a X'\n"), "1: X'");
  EXPECT_EQ(place_of_x("k: !!str &anchor a X\n"), "1: X");
  EXPECT_EQ(place_of_x("k: &anchor\n  a X\n"), "2: X");
  EXPECT_EQ(place_of_x("\xEF\xBB\xBFk: a X\n"), "1: X");
}

TEST(ScalarText, WithCarriageReturns) {
  EXPECT_EQ(place_of_x("k: \"a\r\n  b X\"\r\n"), "2: X\"");
  EXPECT_EQ(place_of_x("k: |\r\n  a\r\n\r\n  b X\r\n"), "4: X");
  EXPECT_EQ(place_of_x("k: >\r\n  a\r\n  b X\r\n"), "3: X");
}

}  // namespace
}  // namespace fatespec::specs
