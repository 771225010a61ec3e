// run --shard on several machines, and fatespec merge.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

class MergeTest : public testing::Test {
 protected:
  MergeTest() {
    std::string tests = "suite: s\ntests:\n";
    for (int i = 0; i < 20; ++i)
      tests += "  - {name: t" + std::to_string(i) + ", spec: 'echo " + std::to_string(i) +
               "', tags: [x], expect: {stdout: \"" + std::to_string(i == 7 ? 8 : i) + "\\n\"}}\n";
    directory_.write("s.yaml", tests);
  }
  ProgramResult run(const std::string& arguments) { return fatespec(arguments, directory_.path()); }
  /// A run without what differs from one to another: times and places.
  std::string comparable(const std::string& file) {
    std::vector<std::string> lines;
    for (auto line : json_lines(read_file(directory_ / file), "test_finished")) {
      for (const char* key : {"wall_s", "user_s", "system_s", "max_rss_kib"}) line.erase(key);
      lines.push_back(line.dump());
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(MergeTest, ShardsAreTheRunThatTheyAreShardsOf) {
  run("run s.yaml --no-progress --json whole.jsonl --results whole.db");
  for (const char* shard : {"1", "2", "3"})
    run(std::string("run s.yaml --no-progress --results none --shard ") + shard + "/3 --json " + shard + ".jsonl");
  const auto merged = run("merge 1.jsonl 2.jsonl 3.jsonl --json merged.jsonl --junit merged.xml --results merged.db");
  EXPECT_EQ(merged.status, 1) << merged.err;
  EXPECT_NE(merged.out.find("20 tests: 19 pass, 1 fail"), std::string::npos) << merged.out;
  EXPECT_EQ(comparable("merged.jsonl"), comparable("whole.jsonl"));
  EXPECT_EQ(shell("grep -c '<testcase' merged.xml", directory_.path()).out, "20\n");
  const std::string one = read_file(directory_ / "1.jsonl");
  EXPECT_EQ(run("merge 1.jsonl 2.jsonl 3.jsonl --json 1.jsonl --results none").status, 2);
  EXPECT_EQ(read_file(directory_ / "1.jsonl"), one);
  // The store has it as any other run.
  const auto exported = run("report --format json --results merged.db -o again.jsonl");
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(comparable("again.jsonl"), comparable("whole.jsonl"));
}

TEST_F(MergeTest, ItsOutputBecomesTheReference) {
  run("run s.yaml -q --results none --shard 1/2 --json 1.jsonl");
  run("run s.yaml -q --results none --shard 2/2 --json 2.jsonl");
  run("merge 1.jsonl 2.jsonl -q");
  const auto accepted = run("accept --yes s.yaml");
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_NE(accepted.out.find("1 of 1 references changed"), std::string::npos) << accepted.out;
  EXPECT_EQ(run("run s.yaml -q").status, 0);
}

TEST_F(MergeTest, WhatPassedOrFailedByItsStatusChangesNoReference) {
  directory_.write("refs/o", "good\n");
  directory_.write("m.yaml",
                   "suite: m\ntests:\n"
                   "  - {name: blanks, spec: 'echo \"a  b\"', compare: whitespace, expect: {stdout: \"a b\\n\"}}\n"
                   "  - {name: upper, spec: '{MD5} true', expect: {stdout: D41D8CD98F00B204E9800998ECF8427E}}\n"
                   "  - {name: right, spec: 'echo good; echo e >&2', expect: {stdout_file: refs/o, stderr: x}}\n"
                   "  - {name: wrong, spec: echo other, expect: {stdout_file: refs/o}}\n");
  run("run m.yaml -q --results none --json 1.jsonl");
  run("merge 1.jsonl -q");
  const auto accepted = run("accept --yes m.yaml m/wrong");
  EXPECT_NE(accepted.out.find("m/wrong: not accepted, m/right agrees with the same reference"), std::string::npos)
      << accepted.out << accepted.err;
  EXPECT_EQ(read_file(directory_ / "refs/o"), "good\n");
  const std::string others = run("accept --yes m.yaml").out;
  EXPECT_EQ(others.find("m/blanks"), std::string::npos) << others;
  EXPECT_EQ(others.find("m/upper"), std::string::npos) << others;
}

TEST_F(MergeTest, BeganWhenTheFirstShardBegan) {
  run("run s.yaml -q --results none --json 1.jsonl");
  run("merge 1.jsonl -q --results none --json merged.jsonl");
  const auto began = [&](const char* file) {
    return json_lines(read_file(directory_ / file), "run_started").at(0)["time"];
  };
  EXPECT_EQ(began("merged.jsonl"), began("1.jsonl"));
}

TEST_F(MergeTest, TellsHowToRunAgainOnlyWhereAConfigurationKnowsTheSpecFiles) {
  run("run s.yaml --no-progress --results none --json 1.jsonl");
  EXPECT_EQ(run("merge 1.jsonl --results none").out.find("again:"), std::string::npos);
  directory_.write("other.yaml", "suites: [s.yaml]\n");
  const auto merged = run("merge 1.jsonl --results r.db --config other.yaml");
  EXPECT_NE(merged.out.find("again:   fatespec run --config other.yaml --results r.db --filter 'name(=s/t7)'\n"),
            std::string::npos)
      << merged.out;
}

TEST_F(MergeTest, FailedAttemptsAndWhatCombinationsHaveInCommonStayToldAsIfItWereOneRun) {
  directory_.write("s.yaml",
                   "tests:\n"
                   "  - {name: flaky, spec: 'test -e done || { touch done; echo first; echo why >&2; exit 1; }', "
                   "cwd: ., retries: 1}\n"
                   "  - {name: bad, spec: 'echo out; exit 3', retries: 1}\n"
                   "  - {name: m, spec: 'test $A$B != 21', matrix: {A: [1, 2], B: [1, 2, 3]}}\n");
  run("run s.yaml --no-progress --json whole.jsonl --results whole.db");
  std::filesystem::remove(directory_ / "done");
  for (const char* shard : {"1", "2"})
    run(std::string("run s.yaml --no-progress --results none --shard ") + shard + "/2 --json " + shard + ".jsonl");
  const auto merged = run("merge 1.jsonl 2.jsonl --json merged.jsonl --junit merged.xml --results merged.db");
  EXPECT_EQ(merged.status, 1) << merged.err;
  EXPECT_EQ(comparable("merged.jsonl"), comparable("whole.jsonl"));
  EXPECT_NE(merged.out.find("s/m  fails exactly when A=2 and B=1"), std::string::npos) << merged.out;
  EXPECT_EQ(json_lines(read_file(directory_ / "merged.jsonl"), "run_finished").at(0)["attributions"],
            json_lines(read_file(directory_ / "whole.jsonl"), "run_finished").at(0)["attributions"]);
  EXPECT_NE(read_file(directory_ / "merged.xml").find("<flakyFailure message=\"status 1, expected 0: why\""),
            std::string::npos)
      << read_file(directory_ / "merged.xml");
  // The store gives the same again.
  EXPECT_EQ(run("report --format json --results merged.db -o again.jsonl").status, 0);
  EXPECT_EQ(comparable("again.jsonl"), comparable("whole.jsonl"));
}

TEST_F(MergeTest, WhatIsMissingIsAnErrorAndNamed) {
  for (const char* shard : {"1", "2"})
    run(std::string("run s.yaml --no-progress --results none --filter '!name(t7)' --shard ") + shard + "/2 --json " +
        shard + ".jsonl");
  shell("head -c -300 2.jsonl >cut.jsonl", directory_.path());
  const auto merged = run("merge 1.jsonl cut.jsonl --results none");
  EXPECT_EQ(merged.status, 3);
  EXPECT_NE(merged.err.find("cut.jsonl: the run was cut: "), std::string::npos) << merged.err;
  const auto lost = run("merge 2.jsonl --results none");
  EXPECT_EQ(lost.status, 3);
  EXPECT_EQ(lost.err, "fatespec: merge: of shard 1/2 there is no file\n");
  EXPECT_NE(lost.out.find(", cut short by the loss of a shard\n"), std::string::npos) << lost.out;
  const auto twice = run("merge 1.jsonl 1.jsonl 2.jsonl --results none");
  EXPECT_EQ(twice.status, 0) << twice.out;
  EXPECT_NE(twice.err.find(" has a result in 1.jsonl already, which counts"), std::string::npos) << twice.err;
}

TEST_F(MergeTest, AShardThatWasCutAndWentOnIsWhole) {
  run("run s.yaml --no-progress --results none --shard 1/2 --json 1.jsonl");
  run("run s.yaml --no-progress --results none --shard 2/2 --json 2.jsonl");
  shell("grep test_finished 1.jsonl | head -n 3 | cat - >1-cut.jsonl; sed -i \"1i$(head -n 1 1.jsonl)\" 1-cut.jsonl",
        directory_.path());
  const auto merged = run("merge 1-cut.jsonl 2.jsonl 1.jsonl --results none");
  EXPECT_NE(merged.err.find("1.jsonl: each of 3 tests of the same run has a result in 1-cut.jsonl already"),
            std::string::npos)
      << merged.err;
  EXPECT_EQ(merged.out.find("cut short"), std::string::npos) << merged.out;
}

TEST_F(MergeTest, AShardThatWasKeptIsOneInItsReportToo) {
  run("run s.yaml --no-progress --results kept.db --shard 2/2");
  EXPECT_EQ(run("report --format json --results kept.db -o 2.jsonl").status, 0);
  const auto lost = run("merge 2.jsonl --results none --junit -");
  EXPECT_EQ(lost.status, 1);  // a test of it failed
  EXPECT_NE(lost.err.find("fatespec: merge: of shard 1/2 there is no file\n"), std::string::npos) << lost.err;
  EXPECT_EQ(lost.out.substr(0, 5), "<?xml") << lost.out;
  EXPECT_FALSE(std::filesystem::exists(directory_ / "-"));
  EXPECT_EQ(run("merge 2.jsonl --results none --json - --junit -").status, 2);
}

TEST_F(MergeTest, AFileThatLiesAboutItsTestsAndTimeIsRead) {
  run("run s.yaml --no-progress --results none --json all.jsonl");
  shell("sed -e '1s/\"tests\":20/\"tests\":0/' -e '1s/\"time\":\"[0-9]*/\"time\":\"9999/' all.jsonl >lies.jsonl",
        directory_.path());
  const auto twice = run("merge lies.jsonl lies.jsonl --results merged.db --json merged.jsonl");
  EXPECT_EQ(twice.status, 1) << twice.err;
  EXPECT_NE(twice.out.find("20 tests: "), std::string::npos) << twice.out;
  EXPECT_EQ(json_lines(read_file(directory_ / "merged.jsonl"), "run_started").at(0)["tests"], 20);
}

TEST_F(MergeTest, AShardMayBeEmpty) {
  std::string files;
  for (const char* shard : {"1", "2", "3"}) {
    const auto part = run(std::string("run s.yaml --no-progress --results none --filter 'name(t3)' --shard ") + shard +
                          "/3 --json " + shard + ".jsonl");
    EXPECT_EQ(part.status, 0) << part.err;
    if (part.err.empty()) continue;
    EXPECT_EQ(part.err, std::string("fatespec: no selected test is in shard ") + shard + "/3\n");
    files += shard;
  }
  EXPECT_EQ(files.size(), 2U) << "one test is in one shard";
  const auto merged = run("merge 1.jsonl 2.jsonl 3.jsonl --results none");
  EXPECT_EQ(merged.status, 0) << merged.err;
  EXPECT_NE(merged.out.find("1 test: 1 pass"), std::string::npos) << merged.out;
}

TEST_F(MergeTest, OtherFilesAreRefused) {
  directory_.write("no.jsonl", "{}\nnothing\n");
  auto merged = run("merge no.jsonl");
  EXPECT_EQ(merged.status, 2);
  EXPECT_NE(merged.err.find("no.jsonl: line 2: this is no JSON object"), std::string::npos) << merged.err;
  directory_.write("empty.jsonl", "");
  merged = run("merge empty.jsonl");
  EXPECT_NE(merged.err.find("these are no results that `fatespec run --json` wrote"), std::string::npos) << merged.err;
  EXPECT_EQ(run("merge nosuch.jsonl").status, 2);
}

}  // namespace
}  // namespace fatespec::test
