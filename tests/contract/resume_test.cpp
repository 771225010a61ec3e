// run --resume: what has a result is not run again, and the whole run is told.
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec {
namespace {

using test::TemporaryDirectory;

/// A suite of tests that fail and leave a line in `log`, the second of which cuts the run short by itself.
std::string tests_cut_short(const TemporaryDirectory& directory, const std::string& suite) {
  std::string text = "suite: " + suite + "\ntests:\n";
  for (const char* name : {"a", "b", "c", "d"})
    text += std::string("  - {name: ") + name + ", spec: 'echo " + suite + "/" + name + " >>" + directory / "log" +
            "; test -e " + directory / "good" + "'}\n";
  return text;
}

std::multiset<std::string> log_of(const TemporaryDirectory& directory) {
  std::istringstream text(test::read_file(directory / "log"));
  return {std::istream_iterator<std::string>(text), {}};
}

TEST(Resume, RunsWhatHasNoResultAndCountsTheWholeRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: a, spec: 'false'}\n  - {name: b, spec: 'echo b >>" +
                                directory / "log" + "'}\n  - {name: c, spec: 'echo c >>" + directory / "log" + "'}\n");
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1 --fail-fast", directory.path()).status, 1);
  const auto resumed = test::fatespec("run s.yaml --resume --json r.json", directory.path());
  EXPECT_EQ(resumed.status, 1) << "the failure from before still counts";
  EXPECT_EQ(test::tests_of(directory / "r.json"), (std::set<std::string>{"s/a", "s/b", "s/c"})) << "the whole run";
  EXPECT_NE(resumed.out.find("3 tests: 2 pass, 1 fail"), std::string::npos) << resumed.out;
  const auto again = test::fatespec("run s.yaml --resume", directory.path());
  EXPECT_EQ(again.status, 1);
  EXPECT_NE(again.err.find("is complete"), std::string::npos) << again.err;
  EXPECT_EQ(test::read_file(directory / "log").size(), 4U);
}

TEST(Resume, GoesOnWithTheBinariesOfTheRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: a, spec: 'echo $FFMPEG_PATH; false'}\n"
                  "  - {name: b, spec: 'echo $FFMPEG_PATH', expect: {stdout: \"/old/ffmpeg\\n\"}}\n");
  const auto with = [&](const std::string& ffmpeg, const std::string& arguments) {
    return test::shell("FFMPEG_PATH=" + ffmpeg + " " FATESPEC_PROGRAM " run " + arguments, directory.path());
  };
  const auto cut = with("/old/ffmpeg", "s.yaml --jobs 1 --fail-fast");
  EXPECT_NE(cut.out.find("env FFMPEG_PATH=/old/ffmpeg fatespec run s.yaml"), std::string::npos) << cut.out;
  const auto other = with("/new/ffmpeg", "s.yaml --resume --results none");
  EXPECT_EQ(other.status, 2);
  const auto resumed = with("/new/ffmpeg", "--resume");
  EXPECT_NE(resumed.err.find("the run goes on with FFMPEG_PATH=/old/ffmpeg as it began, not with that of the "
                             "environment (/new/ffmpeg)"),
            std::string::npos)
      << resumed.err;
  EXPECT_NE(resumed.out.find("2 tests: 1 pass, 1 fail"), std::string::npos) << resumed.out;
  EXPECT_EQ(with("/new/ffmpeg", "s.yaml --jobs 1 --fail-fast").status, 1);
  const auto another = with("/old/ffmpeg", "s.yaml --resume");
  EXPECT_NE(another.err.find("is complete"), std::string::npos) << "that of /old/ffmpeg: " << another.err;
}

TEST(Resume, ARerunOfFailedTestsGoesOnWithAllOfThem) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1", directory.path()).status, 1);
  directory.write("log", "");
  EXPECT_EQ(test::fatespec("run s.yaml --rerun-failed --jobs 1 --fail-fast", directory.path()).status, 1);
  EXPECT_EQ(log_of(directory).size(), 1U);
  const auto resumed = test::fatespec("run s.yaml --rerun-failed --resume --jobs 1", directory.path());
  EXPECT_NE(resumed.out.find("4 tests: 4 fail"), std::string::npos) << resumed.out << resumed.err;
  EXPECT_EQ(log_of(directory), (std::multiset<std::string>{"s/a", "s/b", "s/c", "s/d"}));
}

TEST(Resume, WithoutMoreItMeansTheTestsOfTheRunThatWasCutShort) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  directory.write("other.yaml", "tests: [{name: o, spec: 'true'}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml --filter '!name(s/d)' --jobs 1 --fail-fast", directory.path()).status, 1);
  EXPECT_EQ(test::fatespec("run other.yaml", directory.path()).status, 0);
  const auto resumed = test::fatespec("run --resume --jobs 1", directory.path());
  EXPECT_NE(resumed.out.find("3 tests: 3 fail"), std::string::npos) << resumed.out << resumed.err;
  EXPECT_EQ(log_of(directory), (std::multiset<std::string>{"s/a", "s/b", "s/c"})) << "and no test besides";
  EXPECT_NE(test::fatespec("run --resume", directory.path()).err.find("is complete"), std::string::npos);
}

TEST(Resume, OtherTestsAreNotAddedToARun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  directory.write("other.yaml", "tests: [{name: o, spec: 'true'}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1 --fail-fast", directory.path()).status, 1);
  const auto other = test::fatespec("run other.yaml --resume", directory.path());
  EXPECT_EQ(other.status, 0);
  EXPECT_NE(other.out.find("1 test: 1 pass"), std::string::npos) << other.out;
  EXPECT_NE(other.err.find("there is no run of these tests to go on with; a new one begins"), std::string::npos);
  EXPECT_NE(other.err.find("it goes on with: fatespec run s.yaml --jobs 1 --resume"), std::string::npos) << other.err;
  EXPECT_NE(test::fatespec("run s.yaml --jobs 1 --resume", directory.path()).out.find("4 tests: 4 fail"),
            std::string::npos);
}

TEST(Resume, WhatFailuresHaveInCommonIsThatOfTheWholeRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: m, spec: 'test $A$B != x2', matrix: {A: [x, y], B: [1, 2]}}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1 --order file --fail-fast", directory.path()).status, 1);
  const std::string whole = "s/m  fails exactly when A=x and B=2\n";
  const auto resumed = test::fatespec("run s.yaml --order file --resume", directory.path());
  EXPECT_NE(resumed.out.find(whole), std::string::npos) << resumed.out;
  const auto shown = test::fatespec("show", directory.path());
  EXPECT_NE(shown.out.find(whole), std::string::npos) << shown.out;
}

TEST(Resume, ASuiteThatHasGrownIsRunWhole) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'false'}, {name: b, spec: 'true'}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1 --order file --fail-fast", directory.path()).status, 1);
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: a, spec: 'false'}, {name: b, spec: 'true'}, {name: c, spec: 'false'}, "
                  "{name: d, spec: 'true'}]\n");
  const auto once = test::fatespec("run s.yaml --resume --jobs 1 --order file --fail-fast", directory.path());
  EXPECT_NE(once.out.find("3 tests: 1 pass, 2 fail"), std::string::npos) << once.out;
  const auto twice = test::fatespec("run s.yaml --resume --jobs 1", directory.path());
  EXPECT_NE(twice.out.find("4 tests: 2 pass, 2 fail"), std::string::npos) << twice.out << twice.err;
  EXPECT_NE(test::fatespec("run s.yaml --resume", directory.path()).err.find("is complete: 4 tests"),
            std::string::npos);
}

TEST(Resume, TheEndTellsAllThatIsBadAndTheFilesWhenItBegan) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  EXPECT_EQ(test::fatespec("run s.yaml --jobs 1 --fail-fast", directory.path()).status, 1);
  const auto resumed = test::fatespec("run s.yaml --jobs 1 --resume --json r.json", directory.path());
  EXPECT_NE(resumed.out.find("4 bad, 1 cause:"), std::string::npos) << resumed.out;
  EXPECT_NE(resumed.out.find("again:   fatespec run s.yaml --jobs 1 --filter 'name(=s/a) | name(=s/b) | name(=s/c) | "
                             "name(=s/d)'"),
            std::string::npos)
      << resumed.out;
  const auto report = test::fatespec("report latest --format json", directory.path()).out;
  const auto begin = [](const std::string& text) { return test::json_lines(text, "run_started").at(0)["time"]; };
  const auto wall = [](const std::string& text) { return test::json_lines(text, "run_finished").at(0)["wall_s"]; };
  const std::string told = test::read_file(directory / "r.json");
  EXPECT_EQ(begin(told), begin(report));
  EXPECT_NEAR(wall(told).get<double>(), wall(report).get<double>(), 2e-6) << "microseconds are kept";
}

TEST(Resume, AnotherCommitIsTold) {
  const TemporaryDirectory directory;
  const std::string commit =
      "git -C src -c user.name=n -c user.email=e commit -q --allow-empty -m m && git -C src rev-parse HEAD";
  const auto first = test::shell("git init -q src && " + commit, directory.path()).out;
  directory.write("fatespec.yaml", "suites: [s.yaml]\nsource: src\n");
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  EXPECT_EQ(test::fatespec("run --jobs 1 --fail-fast", directory.path()).status, 1);
  const auto second = test::shell(commit, directory.path()).out;
  const auto resumed = test::fatespec("run --jobs 1 --resume", directory.path());
  EXPECT_NE(resumed.out.find("4 tests: 4 fail"), std::string::npos) << resumed.out << resumed.err;
  EXPECT_NE(resumed.err.find("goes on over another commit: what it has of `default` is of " + first.substr(0, 40) +
                             ", the rest will be of " + second.substr(0, 40) + "; without --resume"),
            std::string::npos)
      << resumed.err;
}

// git, which says what is tested, stands in the way between the choice of tests and the first of them.
TEST(Resume, WhatWentOnElsewhereMeanwhileIsNotRunAgain) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [s.yaml]\nsource: .\n");
  directory.write("s.yaml", tests_cut_short(directory, "s"));
  directory.write("bin/git", "#!/bin/sh\nif mv " + directory / "block" + " " + directory / "blocked" +
                                 " 2>/dev/null; then read line <" + directory / "go" + "; fi\n");
  EXPECT_EQ(test::shell("chmod +x bin/git && mkfifo go", directory.path()).status, 0);
  EXPECT_EQ(test::fatespec("run --jobs 1 --fail-fast", directory.path()).status, 1);
  directory.write("block", "");
  const std::string resume = "PATH=" + directory / "bin" + ":$PATH " FATESPEC_PROGRAM " run --jobs 1 --resume";
  const auto both = test::shell("{ " + resume +
                                    "; echo status $? >&2; } 2>late >late.out & "
                                    "for i in $(seq 3000); do test -e blocked && break; sleep 0.01; done; " +
                                    resume + "; timeout 30 sh -c 'echo >go'; wait; cat late >&2",
                                directory.path());
  EXPECT_NE(both.out.find("4 tests: 4 fail"), std::string::npos) << both.out << both.err;
  EXPECT_NE(both.err.find("went on in another process meanwhile; resume it again\nstatus 3\n"), std::string::npos)
      << both.err;
  EXPECT_EQ(log_of(directory).size(), 4U) << "each test ran once";
}

// Two checkouts may keep their results in one file.
TEST(Resume, ARunOfAnotherProjectIsNotGoneOnWith) {
  const TemporaryDirectory directory;
  for (const char* who : {"x", "y"}) directory.write(std::string(who) + "/s.yaml", tests_cut_short(directory, "s"));
  const std::string cut = "run s.yaml --jobs 1 --fail-fast --results ../r.db";
  EXPECT_EQ(test::fatespec(cut, directory.path() / "x").status, 1);
  EXPECT_EQ(
      test::fatespec("run s.yaml --jobs 1 --resume --results ../r.db", directory.path() / "y").out.find("goes on"),
      std::string::npos);
  EXPECT_EQ(log_of(directory).count("s/a"), 2U);
  const auto resumed = test::fatespec("run s.yaml --jobs 1 --resume --results ../r.db", directory.path() / "x");
  EXPECT_NE(resumed.out.find("4 tests: 4 fail"), std::string::npos) << resumed.out << resumed.err;
  EXPECT_EQ(log_of(directory).count("s/a"), 2U);
}

TEST(Resume, MeansThePathsThatTheRunWasGivenWhereverItIs) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: []\n");
  directory.write("samples/s", "data\n");
  directory.write("sub/x", "");
  directory.write("s.yaml",
                  "tests:\n  - {name: a, spec: 'false'}\n"
                  "  - {name: b, spec: cat $SAMPLES_PATH/s, expect: {stdout: \"data\\n\"}}\n");
  test::fatespec("run s.yaml --set SAMPLES_PATH=samples --jobs 1 --fail-fast", directory.path());
  const auto resumed = test::fatespec("run --resume --jobs 1", directory.path() / "sub");
  EXPECT_NE(resumed.out.find("2 tests: 1 pass, 1 fail"), std::string::npos) << resumed.out << resumed.err;
}

TEST(Resume, FromAnotherDirectoryOfTheProject) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: []\n");
  directory.write("suites/s.yaml", tests_cut_short(directory, "s"));
  std::filesystem::create_directory(directory.path() / "sub");
  EXPECT_EQ(test::fatespec("run ../suites/s.yaml --jobs 1 --fail-fast", directory.path() / "sub").status, 1);
  const auto resumed = test::fatespec("run --resume --jobs 1", directory.path());
  EXPECT_NE(resumed.out.find("4 tests: 4 fail"), std::string::npos) << resumed.out << resumed.err;
  EXPECT_EQ(log_of(directory).size(), 4U);
}

}  // namespace
}  // namespace fatespec
