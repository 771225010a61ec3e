#include "specs/yaml.hpp"

#include <gtest/gtest.h>

namespace fatespec::specs {
namespace {

std::string first_problem(const std::string& text, const YamlLimits& limits = {}) {
  Problems problems;
  YamlDocument::parse("f.yaml", text, problems, limits);
  return problems.empty() ? "" : problems.list().front().origin.str() + ": " + problems.list().front().message;
}

TEST(Yaml, AliasesHaveTheirOwnPlaceAndTheirAnchorsContent) {
  Problems problems;
  const auto document = YamlDocument::parse("f.yaml", "a: &x one\nb: *x\n", problems);
  ASSERT_TRUE(document);
  const auto entries = document->root().entries();
  EXPECT_EQ(entries[1].second.value(), "one");
  EXPECT_EQ(entries[1].second.origin().str(), "f.yaml:2:4");
}

TEST(Yaml, AValueThatIsMissingIsAtItsKey) {
  Problems problems;
  const auto document = YamlDocument::parse("f.yaml", "a:\n\nb: {c: [x], d: ~}\ne: ~\nf:\n", problems);
  ASSERT_TRUE(document);
  const auto entries = document->root().entries();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].second.origin().str(), "f.yaml:1:1");
  EXPECT_EQ(entries[1].second.entries()[1].second.origin().str(), "f.yaml:3:16") << "one that says it is none";
  EXPECT_EQ(entries[2].second.origin().str(), "f.yaml:4:4");
  EXPECT_EQ(entries[3].second.origin().str(), "f.yaml:5:1") << "not behind the end of the file";
}

TEST(Yaml, LimitsAreErrorsWithAPlace) {
  EXPECT_NE(first_problem(std::string(100, '[')).find("nested more than 64 levels deep"), std::string::npos);
  EXPECT_EQ(first_problem("a: 1\nb: " + std::string(200, 'x') + "\n", {.line_bytes = 100}),
            "f.yaml:2:1: a line of 204 B; the limit is 100 B");
  EXPECT_EQ(first_problem("[1, 2, 3, 4]", {.nodes = 3}), "f.yaml:1:8: more than 3 nodes");
  EXPECT_EQ(first_problem(std::string("a: \0b", 5)), "f.yaml:1:4: a NUL byte: this is no text file");
  EXPECT_EQ(first_problem(""), "f.yaml:1:1: the file is empty");
  EXPECT_NE(first_problem("a: 1\n---\nb: 2\n").find("f.yaml:3:"), std::string::npos);
  EXPECT_NE(first_problem("a: 1\n---\nb: 2\n").find("a second YAML document; only one is allowed"), std::string::npos);
}

TEST(Yaml, AnAliasBombCostsNothing) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_EQ(first_problem(text), "");
}

TEST(Yaml, UnquotedSpecsGetAHint) {
  EXPECT_NE(first_problem("tests:\n  - name: a\n    spec: {MD5} ffmpeg -i x\n").find("needs quotes around it"),
            std::string::npos);
}

TEST(Yaml, OtherCommonMistakesToo) {
  EXPECT_NE(first_problem("spec: \"echo \\$HOME\"\n")
                .find("f.yaml:1:15: not YAML: unknown escape character: $ (in double quotes"),
            std::string::npos)
      << first_problem("spec: \"echo \\$HOME\"\n");
  EXPECT_NE(first_problem("- name: x: y\n").find("illegal map value (a text with `: ` in it needs quotes)"),
            std::string::npos);
  EXPECT_NE(
      first_problem("tests:\n  - name: x\n   spec: y\n").find("(is this line indented as those that it belongs to?)"),
      std::string::npos);
}

TEST(Yaml, PlacesInsideScalarsFollowTheirStyle) {
  Problems problems;
  const auto document = YamlDocument::parse("f.yaml", "a: plain\nb: \"q\\\"uoted\"\nc: |\n  block\n", problems);
  ASSERT_TRUE(document);
  const auto entries = document->root().entries();
  EXPECT_EQ(entries[0].second.origin_of(2).str(), "f.yaml:1:6");
  EXPECT_EQ(entries[1].second.origin_of(2).str(), "f.yaml:2:8");  // behind the escaped quote
  EXPECT_EQ(entries[2].second.origin_of(1).str(), "f.yaml:4:4");
}

}  // namespace
}  // namespace fatespec::specs
