#include "imports/grep_pattern.hpp"

#include <gtest/gtest.h>

#include "base/pattern.hpp"
#include "tests/support/support.hpp"

namespace fatespec::imports {
namespace {

// What grep itself says of the same expression and text.
TEST(GrepPattern, FindsWhatGrepFinds) {
  const test::TemporaryDirectory directory;
  const std::string text =
      "Video: h264 (Constrained), yuv420p(progressive), 176x144, 25 fps\nx^2 + y? {a} [b] c\\d | *e\nend$\n\ttab_0\n";
  directory.write("text", text);
  for (const char* expression : {"176x144.*fps\\|nothing",
                                 "nothing\\|none",
                                 "yuv420p(progressive)",
                                 "h264 (Constrained",
                                 "^x^2 + y?",
                                 "x\\+^2",
                                 "x*^2",
                                 "^*e",
                                 "*e",
                                 "| \\*e$",
                                 "d$",
                                 "end$$",
                                 "end$",
                                 "^end.$",
                                 "{a} \\[b\\]",
                                 "[]b[]\\+ c",
                                 "[^x]2",
                                 "c[\\]d",
                                 "fps[^q]x",
                                 "2\\{1,2\\}5",
                                 "176x1\\(4\\)\\{2\\},",
                                 "\\(Video\\|Audio\\): h",
                                 "\\<fps\\>",
                                 "\\<ps\\>",
                                 "[[:digit:]]x[0-9]*,",
                                 "[[:space:]]tab_\\w",
                                 "tab\\_0",
                                 "h26\\(5\\)\\?4",
                                 "25 fps.x",
                                 "a\\.b",
                                 "x|^2",
                                 "{a}|*e",
                                 "x^2 + y?\\{,3\\} {a",
                                 "x\\{1,\\}^2",
                                 "fps[[:space:]]*x",
                                 "fps\\s*x",
                                 "fps\\Wx",
                                 "nothing\\|^*zz",
                                 "nothing\\|^*e",
                                 "\\(^Video\\)",
                                 "\\(*e$\\)",
                                 "\\w\\>, 25"}) {
    const auto pattern = pattern_of_grep(expression);
    ASSERT_TRUE(pattern) << expression;
    directory.write("expression", std::string(expression) + "\n");
    const bool grep = test::shell("grep -q -f expression text", directory.path()).status == 0;
    EXPECT_EQ(base::Pattern::compile(*pattern)->found_in(text), grep) << expression << " became " << *pattern;
  }
}

TEST(GrepPattern, WhatItCannotMeanIsNone) {
  for (const char* expression : {"\\(a\\)\\1", "\\(a", "[a", "a\\", "[[:x", "a**", "\\(ab\\)\\+\\?c", "a[[.-.]]b",
                                 "a\\{b\\}", "\\+a", "[[:cntrl:]]", "x\\< -y", " \\>fps", "a\\`b", "a\\'"})
    EXPECT_FALSE(pattern_of_grep(expression)) << expression;
}

}  // namespace
}  // namespace fatespec::imports
