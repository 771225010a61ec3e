#include "specs/suite_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fatespec::specs {
namespace {

struct ReadSuite {
  std::shared_ptr<model::Suite> suite;
  std::vector<std::string> problems;
};

ReadSuite read(const std::string& text) {
  Problems problems;
  const auto document = YamlDocument::parse("dir/audio.yaml", text, problems);
  ReadSuite result;
  if (document) result.suite = read_suite(*document, problems);
  for (const auto& problem : problems.list()) result.problems.push_back(problem.origin.str() + ": " + problem.message);
  return result;
}

using Lines = std::vector<std::string>;

/// All that a test says, in words.
std::string told(const model::TestSpec& test) {
  const auto seconds = [](const std::optional<base::Duration>& time) { return time ? base::seconds(*time) : -1; };
  const auto number = [](const auto& value) { return value ? static_cast<std::int64_t>(*value) : -1; };
  const auto text = [](const auto& placed) { return placed ? placed->text : "none"; };
  std::string all = fmt::format("{} {} {} {}", test.description, test.spec.text, test.parsed.command, test.name);
  all += fmt::format(" {} {} {} {}", test.expect.status.value, text(test.expect.output),
                     test.expect.size ? *test.expect.size->min : 0, text(test.expect.error_matches));
  all += fmt::format(" {} {} {} {}", test.compare == model::Comparison::whitespace, seconds(test.timeout),
                     seconds(test.slow), fmt::join(test.tags, ","));
  for (const auto* environment : {&test.default_env, &test.env})
    for (const auto& [name, value] : *environment) all += fmt::format(" {}={}", name, value);
  all += fmt::format(" {} {} {} {}", text(test.cwd), text(test.stdin_file), test.slots, test.memory);
  all += fmt::format(" {} {} {}", number(test.limits.output), number(test.limits.directory),
                     number(test.limits.processes));
  all += fmt::format(" {} {} {}", fmt::join(test.locks, ","), test.exclusive, test.retries);
  all += fmt::format(" {} {}", test.retry_if ? test.retry_if->error_matches : "none", test.skip ? *test.skip : "none");
  for (const auto& condition : test.only_if) all += fmt::format(" {}", fmt::join(condition.configurations, ","));
  all += fmt::format(" {} {}", test.expect_fail ? test.expect_fail->bug : "none", test.agree);
  for (const auto& axis : test.matrix) all += fmt::format(" {}:{}", axis.name, fmt::join(axis.values, ","));
  return all;
}

TEST(Suite, TheNameIsTheFilesStemByDefault) { EXPECT_EQ(read("tests: [{name: a, spec: b}]").suite->name, "audio"); }

TEST(Suite, WhatATestSaysIsReadBesideTheDefaults) {
  const auto result = read(R"(
suite: s
description: d
variables: {DECODE: -nostdin, EMPTY: }
defaults: {timeout: 5s, tags: [audio], env: {X: 1}, expect: {status: nonzero}}
tests:
  - name: full
    description: what
    spec: cmd
    expect: {status: SIGSEGV, stdout: o, stderr_file: e, stdout_matches: a+, stderr_matches: b, size: {min: 1, max: 2k}}
    compare: whitespace
    timeout: none
    tags: mp2
    env: {Y: 2}
    cwd: work
    stdin_file: in
    slots: 2
    locks: [gpu]
    exclusive: true
    retries: 3
    only_if: [{configuration: gcc*, tags: [x86, '!slow']}, {target: local, probe: test -e /x}]
    expect_fail: {reason: r, bug: b, stdout_digest: D41D8CD98F00B204E9800998ECF8427E}
    matrix: {A: [1, 2], B: x}
  - {name: short, spec: cmd, skip: why}
)");
  EXPECT_EQ(result.problems, Lines{});
  const auto& test = *result.suite->tests.at(0);
  EXPECT_EQ(test.expect.status.kind, model::ExpectedStatus::Kind::signal);
  EXPECT_EQ(test.expect.status.value, 11);
  EXPECT_EQ(test.expect.output->text, "o");
  EXPECT_EQ(test.expect.size->max, 2048U);
  EXPECT_EQ(test.compare, model::Comparison::whitespace);
  EXPECT_EQ(test.timeout, std::nullopt);
  EXPECT_EQ(test.tags, (std::vector<std::string>{"audio", "mp2"}));
  EXPECT_EQ(test.default_env, (model::Variables{{"X", "1"}}));
  EXPECT_EQ(test.env, (model::Variables{{"Y", "2"}}));
  EXPECT_EQ(test.slots, 2);
  EXPECT_TRUE(test.exclusive);
  EXPECT_EQ(test.only_if.size(), 2U);
  EXPECT_EQ(test.only_if[1].probe, "test -e /x");
  EXPECT_EQ(test.expect_fail->stdout_digest, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(test.matrix[1].values, std::vector<std::string>{"x"});
  const auto& second = *result.suite->tests.at(1);
  EXPECT_EQ(second.expect.status.kind, model::ExpectedStatus::Kind::nonzero);
  EXPECT_EQ(second.timeout, base::Duration(std::chrono::seconds(5)));
  EXPECT_EQ(*second.skip, "why");
}

TEST(Suite, EveryKeyButTheNameMayBeADefault) {
  const std::string keys = R"(
    description: what
    spec: "{MD5} cmd"
    expect: {status: 3, stderr_matches: b, size: {min: 1}}
    compare: whitespace
    timeout: 7s
    slow: 3s
    tags: [mp2]
    env: {Y: 2}
    cwd: work
    stdin_file: in
    slots: 2
    memory: 1M
    limits: {output: 5M, directory: 6M, processes: 7}
    locks: [gpu]
    exclusive: true
    retries: 3
    retry_if: {stderr_matches: busy}
    skip: why
    only_if: {configuration: gcc*}
    expect_fail: {reason: r, bug: b}
    agree: true
    matrix: {A: [1, 2]}
)";
  const auto given = read("tests:\n  - name: a" + keys);
  const auto inherited = read("defaults:" + keys + "tests: [{name: a}]\n");
  EXPECT_EQ(given.problems, Lines{});
  EXPECT_EQ(inherited.problems, Lines{});
  const std::string all =
      "what {MD5} cmd cmd a 3 none 1 b true 7 3 mp2 Y=2 work in 2 1048576 5242880 6291456 7 gpu true 3 busy why gcc* b "
      "true A:1,2";
  EXPECT_EQ(told(*given.suite->tests.at(0)), all);
  EXPECT_EQ(told(*inherited.suite->tests.at(0)), all);
}

TEST(Suite, ATestHasAMinute) {
  EXPECT_EQ(read("tests: [{name: a, spec: b}]").suite->tests.at(0)->timeout, std::chrono::seconds(60));
  EXPECT_EQ(read("defaults: {timeout: none}\ntests: [{name: a, spec: b}]").suite->tests.at(0)->timeout, std::nullopt);
}

TEST(Suite, FalseUndoesTheSkipOfTheDefaults) {
  const auto result = read(
      "defaults: {skip: why}\n"
      "tests:\n"
      "  - {name: a, spec: x, skip: false}\n"
      "  - {name: b, spec: x}\n"
      "  - {name: c, spec: x, skip: 'false'}\n"
      "  - {name: d, spec: x, skip: true}\n"
      "  - {name: e, spec: x, skip: No}\n");
  EXPECT_EQ(result.problems, Lines{"dir/audio.yaml:6:30: `skip` needs a reason"});
  EXPECT_FALSE(result.suite->tests.at(4)->skip);
  EXPECT_FALSE(result.suite->tests.at(0)->skip);
  EXPECT_EQ(*result.suite->tests.at(1)->skip, "why");
  EXPECT_EQ(*result.suite->tests.at(2)->skip, "false");
}

TEST(Suite, FalseUndoesTheKnownFailureOfDefaults) {
  const auto result = read(
      "defaults: {expect_fail: why}\n"
      "tests:\n"
      "  - {name: a, spec: x, expect_fail: false}\n"
      "  - {name: b, spec: x}\n"
      "  - {name: c, spec: x, expect_fail: true}\n");
  EXPECT_EQ(result.problems, Lines{"dir/audio.yaml:5:37: `expect_fail` needs a `reason`"});
  EXPECT_FALSE(result.suite->tests.at(0)->expect_fail);
  EXPECT_EQ(result.suite->tests.at(1)->expect_fail->reason, "why");
}

TEST(Suite, AReasonIsOneLineHoweverItIsWritten) {
  const auto result = read(
      "tests:\n"
      "  - {name: a, spec: x, skip: \"why\\nnot\"}\n"
      "  - {name: b, spec: x, expect_fail: \"why\\nnot\"}\n"
      "  - {name: c, spec: x, expect_fail: {reason: \"why\\nnot\"}}\n");
  EXPECT_EQ(result.problems, Lines{});
  EXPECT_EQ(*result.suite->tests.at(0)->skip, "why not");
  EXPECT_EQ(result.suite->tests.at(1)->expect_fail->reason, "why not");
  EXPECT_EQ(result.suite->tests.at(2)->expect_fail->reason, "why not");
}

TEST(Suite, WhatDefaultsExpectIsNotExpectedWhereATypeCannotHaveIt) {
  const auto result = read(
      "defaults: {expect: {stdout: a, stderr: '', size: {max: 9}}}\n"
      "tests:\n"
      "  - {name: command, spec: x}\n"
      "  - {name: size, spec: '{FILESIZE} x'}\n"
      "  - {name: build, spec: '{MAKE} x'}\n"
      "  - {name: own, spec: '{MAKE} x', expect: {stdout: b}}\n");
  EXPECT_EQ(result.problems, Lines{"dir/audio.yaml:6:5: `own` is a build: of its stdout nothing is compared, only "
                                   "`status` and `stderr` can be expected"});
  const auto& tests = result.suite->tests;
  EXPECT_TRUE(tests.at(0)->expect.output && tests.at(0)->expect.error);
  EXPECT_TRUE(tests.at(1)->expect.output && !tests.at(1)->expect.error);
  EXPECT_TRUE(!tests.at(2)->expect.output && tests.at(2)->expect.error && !tests.at(2)->expect.size);
}

TEST(Suite, NamesAreUtf8) {
  EXPECT_EQ(
      read("suite: caf\xe9\ntests:\n  - {name: \"\xe9\", spec: x}\n  - {name: caf\xc3\xa9, spec: \"\xe9\"}\n").problems,
      (Lines{"dir/audio.yaml:1:8: a name in another encoding than UTF-8",
             "dir/audio.yaml:3:12: a name in another encoding than UTF-8"}));
}

TEST(Suite, OfVeryManyProblemsTheFirstAreKept) {
  std::string text = "tests: [x";
  for (int i = 1; i < 3000; ++i) text += ",x";
  Problems problems;
  const auto document = YamlDocument::parse("a.yaml", text + "]", problems);
  read_suite(*document, problems);
  EXPECT_EQ(problems.size(), 3000U);
  EXPECT_EQ(problems.list().size(), 1000U);
}

TEST(Suite, AllProblemsAreReportedTogetherWithTheirPlaces) {
  const auto result = read(
      "sute: s\n"
      "tests:\n"
      "  - name: a\n"
      "    spec: \"{MD6} x\"\n"
      "    timeot: 3s\n"
      "  - name: a\n"
      "    spec: x\n"
      "    expect: {status: 300}\n"
      "    name: b\n"
      "  - spec: y\n"
      "  - name: c\n"
      "    spec: z\n"
      "    timeout: soon\n"
      "    compare: exactly\n"
      "    retries: -1\n"
      "    exclusive: maybe\n"
      "    expect: {stdout_matches: '['}\n");
  EXPECT_EQ(result.problems.size(), 12U);
  const std::string all = [&] {
    std::string text;
    for (const auto& line : result.problems) text += line + "\n";
    return text;
  }();
  for (const char* expected :
       {"dir/audio.yaml:1:1: unknown key `sute` in the suite; did you mean `suite`?",
        "dir/audio.yaml:4:13: unknown type {MD6}; did you mean `MD5`?",
        "dir/audio.yaml:5:5: unknown key `timeot` in a test; did you mean `timeout`?",
        "dir/audio.yaml:9:5: the key `name` is repeated", "dir/audio.yaml:8:22: `300` is no status",
        "dir/audio.yaml:10:5: the test has no `name`", "dir/audio.yaml:13:14: a duration is needed here",
        "dir/audio.yaml:14:14: `exactly` is no way to compare; did you mean `exact`?",
        "dir/audio.yaml:15:14: a whole number of 0 or more is needed here",
        "dir/audio.yaml:16:16: `true` or `false` is needed here", "dir/audio.yaml:17:30: not a regular expression"})
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
}

TEST(Suite, ProblemsShowTheLineAndACaret) {
  Problems problems;
  const auto document = YamlDocument::parse("f.yaml", "tests:\n  - name: a\n    spec: b\n    timeot: 3s\n", problems);
  read_suite(*document, problems);
  EXPECT_EQ(format(problems.list().at(0)),
            "f.yaml:4:5: unknown key `timeot` in a test; did you mean `timeout`?\n"
            "     4 |     timeot: 3s\n"
            "       |     ^~~~~~");
}

TEST(Suite, AKeyOneLevelTooHighIsToldWhereItStands) {
  EXPECT_EQ(read("timeout: 3s\ntests: [{name: a, spec: b, stdout: hi, stderr_matches: x}]").problems,
            (Lines{"dir/audio.yaml:1:1: unknown key `timeout` in the suite; it stands in `defaults`",
                   "dir/audio.yaml:2:28: unknown key `stdout` in a test; it stands in `expect`",
                   "dir/audio.yaml:2:40: unknown key `stderr_matches` in a test; it stands in `expect`"}));
}

TEST(Suite, WhatIsMergedOrRepeatedByAnAliasIsToldOnce) {
  const auto merged = read("tests:\n- &t {name: a, spec: b, timoute: 3}\n- {<<: *t, name: c}\n").problems;
  EXPECT_EQ(merged, Lines{"dir/audio.yaml:2:25: unknown key `timoute` in a test; did you mean `timeout`?"});
}

TEST(Suite, AProblemThatIsToldAlreadyIsNoMissingKey) {
  EXPECT_EQ(read("tests:\n- &t {name: a, spec: [1]}\n- {<<: *t, name: c}\n").problems,
            Lines{"dir/audio.yaml:2:22: a text is needed here, not a list or map"});
}

TEST(Suite, NumbersHaveALimit) {
  EXPECT_EQ(read("tests: [{name: a, spec: b, retries: 4294967296}]").problems,
            Lines{"dir/audio.yaml:1:37: 1000 are the most"});
}

TEST(Suite, CirclesInVariablesAreNamed) {
  EXPECT_EQ(read("variables: {A: $B, B: $A}\ntests: [{name: a, spec: b}]").problems,
            Lines{"dir/audio.yaml:1:13: variables refer to each other in a circle: $A -> $B -> $A"});
  EXPECT_EQ(read("variables:\n  A: $B\n  B: $A\n  C: $A\n  D: $D\ntests: [{name: a, spec: b}]").problems,
            (Lines{"dir/audio.yaml:2:3: variables refer to each other in a circle: $A -> $B -> $A",
                   "dir/audio.yaml:5:3: variables refer to each other in a circle: $D -> $D"}));
}

TEST(Suite, ATestsOwnReferenceTakesThePlaceOfADefault) {
  const auto result = read(
      "tests: [{name: a, spec: x, expect: {stderr_file: own, stdout_file: f}}]\ndefaults: {expect: {stderr: d, stdout: "
      "o}}\n");
  EXPECT_EQ(result.problems, Lines{});
  EXPECT_FALSE(result.suite->tests.at(0)->expect.error);
  EXPECT_FALSE(result.suite->tests.at(0)->expect.output);
  EXPECT_EQ(result.suite->tests.at(0)->expect.error_file->text, "own");
  EXPECT_EQ(read("tests: [{name: a, spec: x, expect: {stdout_file: f, stdout: o}}]").problems,
            Lines{"dir/audio.yaml:1:36: `stdout` and `stdout_file` exclude each other"});
}

TEST(Suite, OfABuildNothingIsCompared) {
  EXPECT_EQ(read("tests: [{name: a, spec: '{MAKE} x', expect: {stdout: o}}]").problems,
            Lines{"dir/audio.yaml:1:9: `a` is a build: of its stdout nothing is compared, only `status` and `stderr` "
                  "can be expected"});
}

TEST(Suite, MergeKeysAreFollowedAndOwnKeysWin) {
  const auto result =
      read("tests:\n  - &base {name: a, spec: x, timeout: 1s, tags: [t]}\n  - {<<: *base, name: b, timeout: 2s}\n");
  EXPECT_EQ(result.problems, Lines{});
  const auto& test = *result.suite->tests.at(1);
  EXPECT_EQ(test.spec.text, "x");
  EXPECT_EQ(test.timeout, base::Duration(std::chrono::seconds(2)));
}

TEST(Suite, MergesWithinMergesEnd) {
  std::string text = "tests:\n  - name: a\n    spec: x\n    env: &e0 {V: 1}\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*e" + std::to_string(i - 1);
    text += "  - name: a" + std::to_string(i) + "\n    spec: x\n    env: &e" + std::to_string(i) + "\n      <<: [";
    for (int j = 0; j < 10; ++j) text += (j > 0 ? ", " : "") + before;
    text += "]\n";
  }
  const auto problems = read(text).problems;
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(problems.at(0).find("more than 1000 maps are merged (`<<`) into one"), std::string::npos) << problems.at(0);
}

TEST(Suite, AListThatAliasesRepeatHasALimit) {
  std::string tags;
  for (int i = 0; i < 1001; ++i) tags += "t, ";
  EXPECT_EQ(read("tests:\n- {name: a, spec: x, tags: [" + tags + "]}").problems,
            Lines{"dir/audio.yaml:2:28: a list of 1001 entries; 1000 are the most"});
}

TEST(Suite, RepeatedKeysOfLargeMapsAreSeen) {
  std::string variables = "variables:\n";
  for (int i = 0; i < 100; ++i) variables += "  V" + std::to_string(i) + ": x\n";
  EXPECT_EQ(read(variables + "  V99: y\ntests: [{name: a, spec: x}]\n").problems,
            Lines{"dir/audio.yaml:102:3: the key `V99` is repeated"});
}

TEST(Suite, KnownFailuresExpireOnDaysThatThereAre) {
  EXPECT_EQ(read("tests: [{name: a, spec: x, expect_fail: {reason: r, expires: 2026-02-31}}]").problems,
            Lines{"dir/audio.yaml:1:62: there is no such day"});
  EXPECT_EQ(read("tests: [{name: a, spec: x, expect_fail: {reason: r, expires: 2028-02-29}}]").problems, Lines{});
}

TEST(Suite, TheTestDirectoryIsNoAxis) {
  EXPECT_EQ(read("tests: [{name: a, spec: x, matrix: {TEST_DIR: [q]}}]").problems,
            Lines{"dir/audio.yaml:1:37: $TEST_DIR is always there and cannot be set"});
}

TEST(Suite, AMatrixThatExplodesIsRefused) {
  std::string matrix = "{";
  for (char name = 'A'; name < 'H'; ++name) matrix += std::string(1, name) + ": [1,2,3,4,5,6,7,8,9], ";
  const auto result = read("tests: [{name: a, spec: b, matrix: " + matrix + "}}]");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_NE(result.problems[0].find("more than 100000 combinations"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::specs
