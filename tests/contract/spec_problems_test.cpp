// fatespec check: every problem of every file, once, with its place.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(SpecProblems, AllProblemsOfAllFilesComeTogether) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: '{MD6} x'}]\n");
  directory.write("b.yaml", "tests: [{name: b, speck: x}]\n");
  const auto program = fatespec("run a.yaml b.yaml", directory.path());
  EXPECT_EQ(program.status, 2);
  EXPECT_EQ(program.err,
            "a.yaml:1:27: unknown type {MD6}; did you mean `MD5`?\n"
            "     1 | tests: [{name: a, spec: '{MD6} x'}]\n"
            "       |                           ^~~\n"
            "b.yaml:1:19: unknown key `speck` in a test; did you mean `spec`?\n"
            "     1 | tests: [{name: b, speck: x}]\n"
            "       |                   ^~~~~\n"
            "2 problems; nothing was run\n");
}

TEST(SpecProblems, ABrokenFileHidesNoProblemOfAnother) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: '{MD6} x'}]\n");
  directory.write("b.yaml", "tests: [{name: b, spec: 'cat $SAMPLES_PATH/b'}]\n");
  const auto program = fatespec("check a.yaml b.yaml", directory.path());
  EXPECT_NE(program.err.find("unknown type {MD6}"), std::string::npos) << program.err;
  EXPECT_NE(program.err.find("b.yaml:1:30: b/b uses $SAMPLES_PATH, which"), std::string::npos) << program.err;
  EXPECT_NE(program.err.find("\n2 problems; nothing was run\n"), std::string::npos) << program.err;
}

TEST(SpecProblems, ArgumentsThatTheirVariablesMakeWrongAreShown) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "variables: {BITS: '12'}\n"
                  "tests:\n"
                  "- {name: a, spec: '{1OFF,ref,$BITS} x'}\n"
                  "- {name: b, spec: '{1OFF,ref,$BITS} x', matrix: {BITS: ['8', '13', '16']}}\n"
                  "- {name: c, spec: '{1OFF,ref,16,tolerance=$NONE} x'}\n"
                  "- {name: d, spec: '{1OFF,ref,$BITS} x', skip: broken}\n");
  EXPECT_EQ(fatespec("check a.yaml", directory.path()).err,
            "a.yaml:3:30: a/a: `12` is not a precision: 8, u8, 16, 24 or 32\n"
            "     3 | - {name: a, spec: '{1OFF,ref,$BITS} x'}\n"
            "       |                              ^~~~~\n"
            "a.yaml:4:30: a/b[BITS=13]: `13` is not a precision: 8, u8, 16, 24 or 32\n"
            "     4 | - {name: b, spec: '{1OFF,ref,$BITS} x', matrix: {BITS: ['8', '13', '16']}}\n"
            "       |                              ^~~~~\n"
            "a.yaml:5:33: a/c uses $NONE, which is defined nowhere; with a backslash in front it is no name\n"
            "     5 | - {name: c, spec: '{1OFF,ref,16,tolerance=$NONE} x'}\n"
            "       |                                 ^~~~~\n"
            "3 problems; nothing was run\n");
}

// Where no shell looks at a text nothing else would tell.
TEST(SpecProblems, ABrokenConfigurationHidesNoProblemOfASpecFile) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [x\nfoo\n");
  directory.write("a.yaml", "tests: [{name: a, spec: '{MD6} x'}]\n");
  const auto checked = fatespec("check a.yaml none.yaml", directory.path());
  EXPECT_EQ(checked.status, 2);
  for (const char* expected :
       {"fatespec.yaml:", "a.yaml:1:27: unknown type {MD6}", "none.yaml: No such file", "3 problems"})
    EXPECT_NE(checked.err.find(expected), std::string::npos) << expected << "\nin\n" << checked.err;
}

TEST(SpecProblems, WhereResultsCannotBeKeptIsToldWithItsPlace) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: a.yaml\nresults: mysql://u:secret@host/x\n");
  directory.write("a.yaml", "tests: [{name: a, spec: 'true'}]\n");
  const auto checked = fatespec("check", directory.path());
  EXPECT_EQ(checked.status, 2);
  EXPECT_NE(checked.err.find(
                "fatespec.yaml:2:10: results mysql://…: results are kept in a file or at a server, postgresql://…"),
            std::string::npos)
      << checked.err;
  EXPECT_EQ(checked.err.find("secret"), std::string::npos) << checked.err;
}

TEST(SpecProblems, NamesThatNobodyDefinesAreFoundInPathsAndArguments) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "suite: a\nvariables: {OUT_DIR: /out}\ntests:\n"
                  "- {name: a, spec: '{FILESIZE} $OUT_DR/x'}\n"
                  "- {name: b, spec: '{MD5FILE,$OUTDIR/x} make x'}\n"
                  "- {name: c, spec: 'echo $SHELLS_OWN', expect: {stdout_file: '${SAMPLE_DIR}/x'}}\n"
                  "- {name: d, spec: x, cwd: $ELSEWHERE, skip: on this machine}\n");
  const auto checked = fatespec("check a.yaml", directory.path());
  EXPECT_EQ(checked.status, 2);
  for (const char* expected : {"a.yaml:4:31: a/a uses $OUT_DR, which is defined nowhere; did you mean `OUT_DIR`?",
                               "a.yaml:5:29: a/b uses $OUTDIR, which is defined nowhere; did you mean `OUT_DIR`?",
                               "a.yaml:6:62: a/c uses $SAMPLE_DIR, which is defined nowhere", "3 problems"})
    EXPECT_NE(checked.err.find(expected), std::string::npos) << expected << "\nin\n" << checked.err;
}

TEST(SpecProblems, WhatMeansADollarSignIsNoName) {
  const TemporaryDirectory directory;
  directory.write("pri$e.bin", "12345");
  directory.write("s.yaml",
                  "suite: s\ntests:\n"
                  "- {name: quoted, spec: \"{FILESIZE} 'pri$e.bin'\", expect: {stdout: '5'}}\n"
                  "- {name: escaped, spec: '{FILESIZE} pri\\$e.bin', expect: {stdout: '5'}}\n"
                  "- {name: probed, spec: x, cwd: $BOARD, only_if: {probe: 'test -n \"$BOARD\"'}}\n");
  const auto run = fatespec("run s.yaml --no-progress", directory.path());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_NE(run.out.find("3 tests: 2 pass, 1 skip"), std::string::npos) << run.out;
}

TEST(SpecProblems, NoFileHidesTheProblemsOfAnother) {
  const TemporaryDirectory directory;
  std::string many = "tests:\n";
  for (int i = 0; i < 1500; ++i) many += "- {name: t" + std::to_string(i) + ", spec: '{MD6} x'}\n";
  directory.write("many.yaml", many);
  directory.write("one.yaml", "tests: [{name: a, spec: b, timout: 3}]\n");
  const auto checked = fatespec("check many.yaml one.yaml none.yaml", directory.path());
  EXPECT_NE(checked.err.find("one.yaml:1:28: unknown key `timout`"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("none.yaml: No such file"), std::string::npos);
  EXPECT_NE(checked.err.find("many.yaml: … and 1300 more"), std::string::npos);
  EXPECT_NE(checked.err.find("\n1502 problems; nothing was run\n"), std::string::npos);
}

TEST(SpecProblems, AWrongArgumentIsToldWithItsConfigurationAndOnce) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [a.yaml]\n"
                  "configurations: {one: {variables: {BITS: '16', RC: '1'}}, two: {variables: {BITS: '12'}}}\n");
  directory.write("a.yaml", "tests:\n- {name: a, spec: '{1OFF,ref,$BITS} x'}\n- {name: b, spec: '{RMS,ref,$RC} x'}\n");
  const auto checked = fatespec("check", directory.path());
  EXPECT_NE(checked.err.find("a/a: `12` is not a precision: 8, u8, 16, 24 or 32 under the configuration `two`\n"),
            std::string::npos)
      << checked.err;
  EXPECT_NE(checked.err.find("a/b uses $RC, which the configuration `two` does not define"), std::string::npos)
      << checked.err;
  EXPECT_NE(checked.err.find("\n2 problems; nothing was run\n"), std::string::npos) << checked.err;
}

TEST(SpecProblems, UndefinedVariablesAreShownInTheirLine) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests:\n- name: a\n  spec: \"{MD5} cat $SAMPLES_PATH/a\"\n");
  EXPECT_EQ(
      fatespec("check a.yaml", directory.path()).err,
      "a.yaml:3:20: a/a uses $SAMPLES_PATH, which the configuration `default` does not define (--set SAMPLES_PATH=…)\n"
      "     3 |   spec: \"{MD5} cat $SAMPLES_PATH/a\"\n"
      "       |                    ^~~~~~~~~~~~~\n"
      "1 problem; nothing was run\n");
}

TEST(SpecProblems, AMistakeInOneTestHidesNoneOfTheNext) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests:\n- {name: a, spec: echo, timeot: 3s}\n- {name: b, spec: 'cat $SAMPLES_PATH/x'}\n"
                  "- {name: c, spec: 'echo ${T:-SAMPLES_PATH}'}\n- {name: d, spec: 'echo ${T:-$SAMPLES_PATH}'}\n");
  const auto checked = fatespec("check a.yaml", directory.path());
  EXPECT_EQ(checked.status, 2);
  EXPECT_NE(checked.err.find("a.yaml:2:25: unknown key `timeot`"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("a.yaml:3:24: a/b uses $SAMPLES_PATH"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("a/d uses $SAMPLES_PATH"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("3 problems; nothing was run"), std::string::npos) << checked.err;
}

}  // namespace
}  // namespace fatespec::test
