// What a run takes in the light of earlier ones: shards, reruns, order, repetition, agreement.
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec {
namespace {

using test::TemporaryDirectory;

std::string many_tests(int count) {
  std::string text = "suite: s\ntests:\n";
  for (int i = 0; i < count; ++i) text += "  - {name: t" + std::to_string(i) + ", spec: 'true'}\n";
  return text;
}

TEST(Shards, PartTheTestsAndStayStableUnderAdditions) {
  const TemporaryDirectory directory;
  std::map<int, std::set<std::string>> small;
  for (const int count : {40, 60}) {
    directory.write("s.yaml", many_tests(count));
    std::set<std::string> all;
    for (int k = 1; k <= 3; ++k) {
      test::fatespec("run s.yaml --results none --json k.json --shard " + std::to_string(k) + "/3", directory.path());
      const auto part = test::tests_of(directory / "k.json");
      EXPECT_GT(part.size(), 5U);
      for (const auto& name : part) EXPECT_TRUE(all.insert(name).second) << name << " is in two shards";
      for (const auto& name : small[k]) EXPECT_TRUE(part.contains(name)) << name << " has moved";
      small[k] = part;
    }
    EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
  }
}

TEST(Shards, AreListed) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", many_tests(9));
  std::string all;
  for (const char* shard : {"1/2", "2/2"}) {
    test::fatespec(std::string("run s.yaml --results none --order file --json k.json --shard ") + shard,
                   directory.path());
    std::set<std::string> listed;
    std::istringstream lines(test::fatespec(std::string("list s.yaml --shard ") + shard, directory.path()).out);
    for (std::string line; std::getline(lines, line);) listed.insert(line);
    EXPECT_EQ(listed, test::tests_of(directory / "k.json"));
    EXPECT_FALSE(listed.empty());
  }
  EXPECT_EQ(test::fatespec("list s.yaml --shard 0/2", directory.path()).status, 2);
}

TEST(Filters, AnEmptyOneIsRefused) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", many_tests(1));
  for (const char* filter : {"''", "' '"}) {
    const auto refused = test::fatespec(std::string("run s.yaml --filter ") + filter, directory.path());
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("--filter: an empty expression selects nothing; without --filter every test is taken"),
              std::string::npos)
        << refused.err;
    EXPECT_EQ(refused.out, "");
  }
}

TEST(RerunFailed, TakesWhatWasBadInTheLatestRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: good, spec: 'true'}\n  - {name: bad, spec: 'test -e " +
                                directory / "mended" + "'}\n");
  EXPECT_EQ(test::fatespec("list s.yaml --rerun-failed", directory.path()).status, 2) << "there are no results";
  EXPECT_EQ(test::fatespec("run s.yaml", directory.path()).status, 1);
  EXPECT_EQ(test::fatespec("list s.yaml --rerun-failed", directory.path()).out, "s/bad\n");
  EXPECT_EQ(test::fatespec("run s.yaml --rerun-failed --json r.json", directory.path()).status, 1);
  EXPECT_EQ(test::tests_of(directory / "r.json"), std::set<std::string>{"s/bad"});
  directory.write("mended", "");
  EXPECT_EQ(test::fatespec("run s.yaml --rerun-failed", directory.path()).status, 0);
  const auto nothing = test::fatespec("run s.yaml --rerun-failed", directory.path());
  EXPECT_EQ(nothing.status, 4);
  EXPECT_NE(nothing.err.find("has no bad result"), std::string::npos) << nothing.err;
}

TEST(RerunFailed, IsWhatToPasteWhereTheNamesAreTooMany) {
  const TemporaryDirectory directory;
  std::string suite = "suite: s\ntests:\n";
  for (int i = 0; i < 30; ++i) suite += "  - {name: a-long-name-of-a-test-" + std::to_string(i) + ", spec: 'false'}\n";
  directory.write("s.yaml", suite);
  const auto run = test::fatespec("run s.yaml", directory.path());
  EXPECT_NE(run.out.find("again:   fatespec run s.yaml --rerun-failed\n"), std::string::npos) << run.out << run.err;
  EXPECT_NE(test::fatespec("run s.yaml --rerun-failed", directory.path()).out.find("30 tests: 30 fail"),
            std::string::npos);
}

TEST(RerunFailed, LooksPastRunsOfOtherTests) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "suite: a\ntests: [{name: bad, spec: 'false'}]\n");
  directory.write("b.yaml", "suite: b\ntests: [{name: good, spec: 'true'}]\n");
  const auto none = test::fatespec("run a.yaml --rerun-failed", directory.path());
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("run them without --rerun-failed first"), std::string::npos) << none.err;
  EXPECT_EQ(test::fatespec("run a.yaml", directory.path()).status, 1);
  EXPECT_EQ(test::fatespec("run b.yaml", directory.path()).status, 0);
  EXPECT_EQ(test::fatespec("run a.yaml --rerun-failed --json r.json", directory.path()).status, 1);
  EXPECT_EQ(test::tests_of(directory / "r.json"), std::set<std::string>{"a/bad"});
}

TEST(Order, FailedFirstThenTheLongest) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: short, spec: 'true'}\n  - {name: long, spec: sleep 0.3}\n"
                  "  - {name: middle, spec: sleep 0.1}\n  - {name: bad, spec: 'false'}\n");
  test::fatespec("run s.yaml", directory.path());
  const auto order = [&](const std::string& arguments) {
    test::fatespec("run s.yaml --jobs 1 --json o.json " + arguments, directory.path());
    std::vector<std::string> names;
    for (const auto& line : test::json_lines(test::read_file(directory / "o.json"), "test_finished"))
      names.push_back(line["test"]);
    return names;
  };
  EXPECT_EQ(order(""), (std::vector<std::string>{"s/bad", "s/long", "s/middle", "s/short"}));
  EXPECT_EQ(order("--order file"), (std::vector<std::string>{"s/short", "s/long", "s/middle", "s/bad"}));
}

TEST(Stress, TellsHowOftenWhichOutputCame) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: counter, spec: 'n=$(cat " + directory / "n" +
                                " 2>/dev/null || echo 0); echo $((n + 1)) >" + directory / "n" +
                                "; test $n -lt 7 && echo low || echo high'}\n  - {name: stable, spec: echo x}\n");
  const auto run = test::fatespec("run s.yaml --jobs 1 --stress 10 --json r.json", directory.path());
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(test::tests_of(directory / "r.json").size(), 2U);
  EXPECT_NE(run.out.find("2 ways in 10 times, 7/3"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("s/stable  the same output 10 times"), std::string::npos) << run.out;
}

TEST(Agreement, AKnownOneIsKnownOfRepetitionsToo) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: t, spec: \"echo $A\", agree: true, matrix: {A: [1, 2]}, "
                  "expect_fail: known to disagree}]\n");
  const auto run = test::fatespec("run s.yaml --no-progress --stress 3", directory.path());
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_NE(run.out.find("2 tests: 2 xfail"), std::string::npos) << run.out;
  EXPECT_EQ(run.out.find("ways in 3 times"), std::string::npos) << run.out;
}

TEST(Agreement, WhoPassedAtTheSecondAttemptAndDisagreesIsNotFlaky) {
  const TemporaryDirectory directory;
  const std::string mark = directory / "mark";
  directory.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'echo $A; test -e " + mark + "$A || { touch " + mark +
                                "$A; exit 1; }', agree: true, retries: 1, matrix: {A: [1, 2]}}]\n");
  const auto run = test::fatespec("run s.yaml --no-progress --json r.json", directory.path());
  EXPECT_EQ(run.status, 1) << run.out;
  for (const auto& line : test::json_lines(test::read_file(directory / "r.json"), "test_finished")) {
    EXPECT_EQ(line["verdict"], "fail");
    EXPECT_EQ(line["flaky"], false);
    EXPECT_EQ(line["attempts"], 2);
  }
}

TEST(Agree, NamesTheOddOneOutAndWhatItHasInCommon) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - name: t\n    agree: true\n    matrix: {A: [1, 2, 3], B: [x, y]}\n"
                  "    spec: 'test $A$B = 3y && echo odd || echo same'\n");
  const auto run = test::fatespec("run s.yaml", directory.path());
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("fail    s/t[A=3,B=y]  differs from the 5 other combinations, which agree"), std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("s/t  fails exactly when A=3 and B=y"), std::string::npos) << run.out;
  EXPECT_EQ(test::fatespec("run s.yaml --rerun-failed", directory.path()).status, 1)
      << "the odd one is judged by the others, also when it is run again";
}

TEST(Agree, NeedsAMatrixAndNoExpectedStdout) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "tests:\n  - {name: t, spec: 'true', agree: true}\n"
                  "  - {name: u, spec: 'true', agree: true, matrix: {A: [1]}, expect: {stdout: x}}\n");
  const auto check = test::fatespec("check s.yaml", directory.path());
  EXPECT_EQ(check.status, 2);
  EXPECT_NE(check.err.find("`agree` compares the combinations of a `matrix`"), std::string::npos) << check.err;
  EXPECT_NE(check.err.find("`agree` and an expected stdout exclude each other"), std::string::npos) << check.err;
}

TEST(RetryIf, OnlyKnownTroubleIsWorthAnotherAttempt) {
  const TemporaryDirectory directory;
  const auto once = [&](const std::string& name, const std::string& says) {
    return "  - {name: " + name + ", retry_if: {stderr_matches: 'Connection (reset|refused)'}, spec: 'test -e " +
           directory / name + " || { touch " + directory / name + "; echo " + says + " >&2; exit 1; }'}\n";
  };
  directory.write("s.yaml", "suite: s\ntests:\n" + once("trouble", "Connection reset") + once("bug", "wrong sample"));
  const auto run = test::fatespec("run s.yaml", directory.path());
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("flaky   s/trouble"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("fail    s/bug"), std::string::npos) << run.out;
}

TEST(KnownFailures, AreKnownUntilTheyExpire) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n"
                  "  - {name: old, spec: 'false', expect_fail: {reason: r, expires: 2020-01-31}}\n"
                  "  - {name: new, spec: 'false', expect_fail: {reason: r, expires: 2999-12-31}}\n");
  const auto run = test::fatespec("run s.yaml", directory.path());
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("fail    s/old  status 1, expected 0 (was a known failure until 2020-01-31: r)"),
            std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("1 fail, 1 xfail"), std::string::npos) << run.out;
}

TEST(Agreement, OfSizesAndOfBuilds) {
  const TemporaryDirectory directory;
  for (const auto& [name, text] : {std::pair("a", "123"), {"b", "12345"}, {"c", "123"}}) directory.write(name, text);
  directory.write("fatespec.yaml", "suites: [s.yaml]\nmake: 'date +%N; : %s'\n");
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: size, spec: '{FILESIZE} $N', agree: true, matrix: {N: [a, b, c]}}\n"
                  "  - {name: build, spec: '{MAKE} $N', agree: true, matrix: {N: [x, y, z]}}\n");
  const auto run = test::fatespec("run", directory.path());
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("s/size[N=b]  differs from the 2 other combinations, which agree"), std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("6 tests: 5 pass, 1 fail"), std::string::npos) << run.out;
  EXPECT_EQ(test::fatespec("run --filter s/build* --stress 3", directory.path()).status, 0) << "logs differ";
}

TEST(Agreement, ADisagreementMayBeKnown) {
  const TemporaryDirectory directory;
  const auto run = test::run_suite(directory,
                                   "tests:\n"
                                   "  - {name: known, spec: 'echo $N', agree: true, matrix: {N: [1, 2]}, "
                                   "expect_fail: {reason: they differ}}\n"
                                   "  - {name: mended, spec: 'true', agree: true, matrix: {N: [1, 2]}, "
                                   "expect_fail: {reason: they differed}}\n");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run["known[N=1]"]["verdict"], "xfail");
  EXPECT_EQ(run["known[N=2]"]["verdict"], "xfail");
  EXPECT_EQ(run["mended[N=1]"]["verdict"], "xpass");
}

TEST(Agreement, WithoutAMajorityAllFail) {
  const TemporaryDirectory directory;
  const auto run = test::run_suite(
      directory, "tests: [{name: t, spec: 'echo $((N > 2 ? N : 0))', agree: true, matrix: {N: [1, 2, 3, 4]}}]\n");
  EXPECT_EQ(run["t[N=1]"]["reason"], "the combinations disagree, in 3 ways");
  EXPECT_EQ(run["t[N=4]"]["reason"], "the combinations disagree, in 3 ways");
}

TEST(Agreement, TheMajorityOfAKnownDisagreementPasses) {
  const TemporaryDirectory directory;
  const auto run = test::run_suite(directory,
                                   "tests: [{name: t, spec: 'echo $((N / 4))', agree: true, matrix: {N: [1, 2, 3, 4]}, "
                                   "expect_fail: bug 7}]\n");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run["t[N=1]"]["verdict"], "pass");
  EXPECT_EQ(run["t[N=4]"]["verdict"], "xfail");
}

TEST(OnlyIf, ProbesAreAskedSeveralAtATimeAndDoNotMeet) {
  const TemporaryDirectory directory;
  // Each waits until the other has begun, and leaves something behind that ends with it alone.
  directory.write("probe", "sleep 1000 & touch $1; until test -e $2; do sleep 0.01; done; kill $!\n");
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: a, spec: 'true', only_if: {probe: 'sh ./probe a b'}}\n"
                  "  - {name: b, spec: 'true', only_if: {probe: 'sh ./probe b a'}}\n");
  const auto run = test::fatespec("run s.yaml --jobs 2", directory.path());
  EXPECT_NE(run.out.find("2 tests: 2 pass"), std::string::npos) << run.out;
}

TEST(OnlyIf, ASecondSignalEndsSeveralProbesAtOnce) {
  const TemporaryDirectory directory;
  std::string suite = "suite: s\ntests:\n";
  std::vector<std::string> left;
  for (const char* name : {"a", "b", "c"}) {
    left.push_back(test::unshared_seconds());
    suite += std::string("  - {name: ") + name + ", spec: 'true', only_if: {probe: \"touch " + name +
             "; (trap '' TERM; " + "exec sleep " + left.back() + ") >/dev/null 2>&1 & sleep " + left.back() + "\"}}\n";
  }
  directory.write("s.yaml", suite);
  const auto run = test::shell("setsid " FATESPEC_PROGRAM
                               " run s.yaml --jobs 3 & pid=$!; until test -e a -a -e b -a -e c; do sleep 0.01; done; "
                               "sleep 0.1; kill -INT $pid; sleep 0.3; kill -INT $pid; wait $pid; echo status $?",
                               directory.path());
  EXPECT_NE(run.out.find("status 130\n"), std::string::npos) << run.out << run.err;
  for (const auto& seconds : left) EXPECT_FALSE(test::process_exists(seconds));
}

TEST(Attribution, OfValuesWithBrackets) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: m, spec: 'test \"$N\" = c', matrix: {N: ['[0:v]', b, c]}}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml", directory.path()).status, 1);
  EXPECT_NE(test::fatespec("show", directory.path()).out.find("fails exactly when N!=c"), std::string::npos);
}

TEST(Stress, WhatCameHowOftenIsKept) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'echo x >>" + directory / "f" + "; cat " +
                                directory / "f" + "'}]\n");
  EXPECT_EQ(test::fatespec("run s.yaml --stress 3 --jobs 1", directory.path()).status, 1);
  const auto report = test::fatespec("report latest --format json", directory.path());
  EXPECT_NE(report.out.find("\"outputs\":[1,1,1]"), std::string::npos) << report.out;
}

}  // namespace
}  // namespace fatespec
