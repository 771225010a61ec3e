#include "specs/suite_editor.hpp"

#include <gtest/gtest.h>

namespace fatespec::specs {
namespace {

std::string edit(const std::string& text, const std::string& value, const std::string& key = "stdout") {
  const auto edited = edit_expectation("f.yaml", text, {"a", key, value});
  return edited ? *edited : "error: " + edited.error().message;
}

TEST(SuiteEditor, ReplacesScalarsOfEveryStyle) {
  EXPECT_EQ(edit("tests:\n- name: a # n\n  spec: x\n  expect: {stdout: 00, status: 0} # e\n", "11"),
            "tests:\n- name: a # n\n  spec: x\n  expect: {stdout: 11, status: 0} # e\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect: {stdout: 'it''s'}\n", "b c"),
            "tests:\n- name: a\n  spec: x\n  expect: {stdout: 'b c'}\n");
  EXPECT_EQ(edit("tests:\n- {name: a, spec: x, expect: {stdout: \"00\"}}\n", "11"),
            "tests:\n- {name: a, spec: x, expect: {stdout: \"11\"}}\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect:\n    stdout: |  # why\n      old\n", "1\n2\n"),
            "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: |  # why\n      1\n      2\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect:\n    stdout: |- # why\n      old\n", "11"),
            "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: 11 # why\n");
  EXPECT_EQ(
      edit("tests:\n- name: a\n  spec: x\n  expect:\n    stdout: |\n      old\n\n      more\n\n# next\n- name: b\n  "
           "spec: y\n",
           "1\n2\n"),
      "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: |\n      1\n      2\n\n# next\n- name: b\n  spec: y\n");
}

TEST(SuiteEditor, KeepsCommentsThatStandWhereABlockEnds) {
  const std::string head = "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: ";
  EXPECT_EQ(edit(head + "|\n        old\n      # why\n    status: 0\n", "new"),
            head + "new\n      # why\n    status: 0\n");
  EXPECT_EQ(edit(head + "|2\n       old\n      text\n     # why\n    status: 0\n", "new"),
            head + "new\n     # why\n    status: 0\n");
  for (const char* old : {"y", "\"y\"", "'y'"})
    EXPECT_EQ(edit(head + old + "   # why\n    status: 0\n", "1\n2\n"),
              head + "|   # why\n      1\n      2\n    status: 0\n");
}

TEST(SuiteEditor, KeepsABlockWhereTheTextHasNoNewlineAtItsEnd) {
  const std::string head = "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: ";
  EXPECT_EQ(edit(head + "|  # why\n      old\n    status: 0\n", "1\n2"),
            head + "|-  # why\n      1\n      2\n    status: 0\n");
  EXPECT_EQ(edit(head + "|-\n      old\n    status: 0\n", "1\n2\n"), head + "|\n      1\n      2\n    status: 0\n");
}

TEST(SuiteEditor, KeepsTagsAndAnchorsThatNobodyElseUses) {
  const std::string head = "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: ";
  EXPECT_EQ(edit(head + "&anchor foo\n", "bar"), head + "&anchor bar\n");
  EXPECT_EQ(edit(head + "!!str foo\n", "bar"), head + "!!str bar\n");
  EXPECT_EQ(edit(head + "&anchor foo\n- name: b\n  spec: x\n  expect: {stdout: *anchor}\n", "bar").substr(0, 6),
            "error:");
}

TEST(SuiteEditor, ChangesTheLastLineOfAFileThatDoesNotEnd) {
  const std::string head = "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: ";
  EXPECT_EQ(edit(head + "old", "new"), head + "new");
  EXPECT_EQ(edit(head + "\"old\"", "1\n2\n"), head + "|\n      1\n      2\n");
  EXPECT_EQ(edit(head + "|\n      old", "1\n2\n"), head + "|\n      1\n      2\n");
  EXPECT_EQ(edit("tests: [{name: a, spec: x, expect: {stdout: old}}]", "new"),
            "tests: [{name: a, spec: x, expect: {stdout: new}}]");
}

TEST(SuiteEditor, AddsBehindASpecOfSeveralLines) {
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: printf\n    'a\\nb'  # why\n", "11"),
            "tests:\n- name: a\n  spec: printf\n    'a\\nb'  # why\n  expect: {stdout: 11}\n");
}

TEST(SuiteEditor, EscapesWhatEndsALineForOtherReaders) {
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect: {stdout: y}\n", "a\xC2\x85\n\xE2\x80\xA8\n"),
            "tests:\n- name: a\n  spec: x\n  expect: {stdout: \"a\\x85\\n\\u2028\\n\"}\n");
}

TEST(SuiteEditor, KeepsTheEndsOfLines) {
  EXPECT_EQ(
      edit("tests:\r\n- name: a\r\n  spec: x\r\n  expect:\r\n    stdout: |\r\n      old\r\n\r\n      more\r\n", "11"),
      "tests:\r\n- name: a\r\n  spec: x\r\n  expect:\r\n    stdout: 11\r\n");
  EXPECT_EQ(
      edit("tests:\r\n- name: a\r\n  spec: x\r\n  expect:\r\n    stdout: |\r\n      old\r\n- name: b\r\n  spec: y\r\n",
           "1\n2\n"),
      "tests:\r\n- name: a\r\n  spec: x\r\n  expect:\r\n    stdout: |\r\n      1\r\n      2\r\n- name: b\r\n  spec: "
      "y\r\n");
  EXPECT_EQ(edit("tests:\r\n- name: a\r\n  spec: x\r\n", "11"),
            "tests:\r\n- name: a\r\n  spec: x\r\n  expect: {stdout: 11}\r\n");
}

TEST(SuiteEditor, AddsWhatIsMissing) {
  EXPECT_EQ(edit("tests:\n  - name: a\n    spec: x  # why\n    tags: [t]\n", "11"),
            "tests:\n  - name: a\n    spec: x  # why\n    expect: {stdout: 11}\n    tags: [t]\n");
  EXPECT_EQ(edit("tests: [{name: a, spec: \"{MD5} x\"}]\n", "11"),
            "tests: [{name: a, spec: \"{MD5} x\", expect: {stdout: 11}}]\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect: {status: 1}\n", "11"),
            "tests:\n- name: a\n  spec: x\n  expect: {stdout: 11, status: 1}\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: x\n  expect:\n    status: 1\n", "11"),
            "tests:\n- name: a\n  spec: x\n  expect:\n    stdout: 11\n    status: 1\n");
  EXPECT_EQ(edit("tests:\n- name: a\n  spec: |\n    x\n    y\n  tags: [t]\n", "refs/a", "stdout_file"),
            "tests:\n- name: a\n  spec: |\n    x\n    y\n  expect: {stdout_file: refs/a}\n  tags: [t]\n");
}

TEST(SuiteEditor, ControlCharactersAndQuotesSurvive) {
  EXPECT_EQ(edit("tests: [{name: a, spec: x}]\n", "\"\\\t\x01\n"),
            "tests: [{name: a, spec: x, expect: {stdout: \"\\\"\\\\\\t\\x01\\n\"}}]\n");
}

TEST(SuiteEditor, RefusesWhatItCannotDoInPlace) {
  EXPECT_EQ(edit("x: &e {stdout: 1}\n", "2").substr(0, 6), "error:");
  EXPECT_EQ(edit("defaults: {expect: &e {stdout: 1}}\ntests:\n- {name: a, spec: x, expect: *e}\n", "2").substr(0, 6),
            "error:");
}

// A second `expect` would replace the whole merged one; a changed anchor is another test's reference too.
TEST(SuiteEditor, LeavesNoExpectationBehindAndTouchesNoOther) {
  const std::string base = "tests:\n- &base {name: b, spec: x, expect: {status: 3, stdout: old, stderr: e}}\n";
  EXPECT_EQ(edit(base + "- {<<: *base, name: a}\n", "2").substr(0, 6), "error:");
  EXPECT_EQ(edit("tests:\n- {name: a, spec: x, expect: &e {stdout: old}}\n- {name: b, spec: y, expect: *e}\n", "2")
                .substr(0, 6),
            "error:");
}

}  // namespace
}  // namespace fatespec::specs
