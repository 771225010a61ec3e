// TAP, GitHub Actions and FATE's server; causes. With what hostile programs print.
#include <gtest/gtest.h>

#include "reports/causes.hpp"
#include "reports/fate_report.hpp"
#include "reports/github.hpp"
#include "reports/tap.hpp"
#include "tests/support/support.hpp"

namespace fatespec::reports {
namespace {

using model::TestResult;
using model::Verdict;

TestResult result(const std::string& name, Verdict verdict, const std::string& reason = "") {
  TestResult made;
  made.test = name;
  made.suite = name.substr(0, name.find('/'));
  made.configuration = "default";
  made.target = "local";
  made.verdict = verdict;
  made.reason = reason;
  made.status = verdict == Verdict::pass ? 0 : 1;
  return made;
}

TestResult crashed(const std::string& name, const std::string& error) {
  TestResult made = result(name, Verdict::crash, "ended by SIGSEGV");
  made.status.reset();
  made.signal = "SIGSEGV";
  made.error.text = error;
  return made;
}

model::Run run_of(const std::vector<TestResult>& results) {
  model::Run run;
  run.id = "abc";
  for (const auto& one : results) ++run.counts[one.verdict];
  return run;
}

const std::string hostile = "::error::x\n<script>alert(1)</script> `` # \\ % | @someone \x1b[31m\xff";

TEST(Tap, SaysEachVerdict) {
  TestResult failed = result("s/b # c", Verdict::fail, "stdout differs: \"x\"");
  failed.wall = std::chrono::milliseconds(12);
  failed.command = "false";
  failed.attempts = 3;
  TestResult flaky = result("s/a", Verdict::pass);
  flaky.flaky = true;
  flaky.attempts = 2;
  EXPECT_EQ(tap({flaky, failed, result("s/d", Verdict::xfail, "bug 7"), result("s/e", Verdict::skip, "no encoder"),
                 result("s/f", Verdict::xpass, "passes")}),
            "TAP version 14\n1..5\n"
            "ok 1 - s/a [default]\n"
            "# flaky: it passed at attempt 2\n"
            "not ok 2 - s/b \\# c [default]\n"
            "  ---\n  verdict: fail\n  reason: \"stdout differs: \\\"x\\\"\"\n  status: 1\n  attempts: 3\n"
            "  duration_ms: 12.000\n"
            "  command: \"false\"\n  ...\n"
            "not ok 3 - s/d [default] # TODO bug 7\n"
            "ok 4 - s/e [default] # SKIP no encoder\n"
            "not ok 5 - s/f [default]\n"
            "  ---\n  verdict: xpass\n  reason: \"passes\"\n  status: 1\n  duration_ms: 0.000\n  ...\n");
}

TEST(Tap, WhatAProgramPrintsCannotBeATest) {
  TestResult failed = result("s/a", Verdict::fail, "x\nok 2 - forged");
  failed.error.text = "\n  ...\nok 3 - forged\n" + hostile;
  const std::string text = tap({failed});
  EXPECT_EQ(text.find("\nok "), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Causes, TellWhatTheirTestsShareAndOthersHaveNot) {
  std::vector<TestResult> results;
  for (const char* threads : {"1", "4"})
    for (const char* cpu : {"sse", "avx2"}) {
      results.push_back(result(std::string("s/t[THREADS=") + threads + ",CPU=" + cpu + "]",
                               std::string(threads) == "4" ? Verdict::fail : Verdict::pass, "differs"));
      results.back().tags = {"video", std::string(threads) == "4" ? "slice" : "frame"};
    }
  results.push_back(result("u/other", Verdict::pass));
  results.back().tags = {"video"};
  const auto causes = causes_of(results);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].common, "all in suite s, with THREADS=4, tag slice");
}

TEST(Causes, FoldWhatDiffersInNumbersAndPathsOnly) {
  const std::vector<TestResult> results = {
      result("s/a", Verdict::fail, "stdout: video frame 41 (pts 1640, 1.640 s) differs first, 3 of 250 frames"),
      result("s/b", Verdict::fail, "stdout: video frame 7 (pts 280, 0.280 s) differs first, 90 of 100 frames"),
      result("s/c", Verdict::pass),
      crashed("t/d", "noise\nSUMMARY: AddressSanitizer: heap-use-after-free /src/h264.c:12 in f\n==1==ABORTING"),
      crashed("t/e", "SUMMARY: AddressSanitizer: heap-use-after-free /home/x/h264.c:99 in f"),
      crashed("t/f", "SUMMARY: AddressSanitizer: stack-overflow /src/vp9.c:1 in g")};
  const auto causes = causes_of(results);
  ASSERT_EQ(causes.size(), 3U);
  EXPECT_EQ(causes[0].results.size(), 2U);
  EXPECT_EQ(causes[1].results.size(), 2U);
  EXPECT_EQ(causes[2].results.size(), 1U);
  EXPECT_EQ(causes[2].common, "");
  for (const auto& cause : causes)
    if (cause.results.size() == 2) {
      EXPECT_EQ(cause.common.find("all in suite " + cause.results[0]->suite), 0U) << cause.common;
    }
}

TEST(Causes, DigestsAddressesAndOptionsAreNumbersToo) {
  const auto key = [](const std::string& reason) { return cause_key(result("s/a", Verdict::fail, reason)); };
  EXPECT_EQ(key("stdout is \"d41d8cd98f00b204e9800998ecf8427e\", expected \"0cc175b9c0f1b6a831c399e269772661\""),
            key("stdout is \"900150983cd24fb0d6963f7d28e17f72\", expected \"f96b697d7cb7938d525a2f31aaf161d0\""));
  EXPECT_EQ(key("at 0x7ffe12 of /tmp/a/b"), key("at 0x55aa of /var/c"));
  EXPECT_NE(key("no decoder"), key("no encoder"));
}

TEST(Github, AnnotatesTheClearestExampleOfEachCause) {
  TestResult wordy = result("s/a", Verdict::fail, "differs in line 1");
  wordy.output.bytes = 9000;
  EXPECT_EQ(
      github_annotations({wordy, result("s/b,c", Verdict::fail, "differs in line 20"), result("s/d", Verdict::pass)}),
      "::error title=s/b%2Cc [default] (2 tests like this)::fail: differs in line 20\n");
}

TEST(Github, NothingThatAProgramPrintsIsMarkupOrACommand) {
  TestResult failed = crashed("s/" + hostile, hostile);
  failed.detail = "```\n" + hostile;
  failed.reason = hostile;
  const std::vector<TestResult> results = {failed};
  const std::string annotations = github_annotations(results);
  EXPECT_EQ(std::count(annotations.begin(), annotations.end(), '\n'), 1) << annotations;
  const std::string summary = github_summary(run_of(results), results);
  EXPECT_EQ(summary.find("\n::error"), summary.find("\n::error", summary.find("````")));  // inside a code block only
  const std::string before_code = summary.substr(0, summary.find("````"));
  EXPECT_EQ(before_code.find("<script>"), std::string::npos) << before_code;
  EXPECT_EQ(summary.find('\x1b'), std::string::npos);
}

TEST(Github, PutsCausesFirst) {
  const std::vector<TestResult> results = {result("s/a", Verdict::fail, "x 1"), result("s/b", Verdict::fail, "x 2"),
                                           result("s/c", Verdict::pass)};
  const std::string summary = github_summary(run_of(results), results);
  EXPECT_NE(summary.find("| fail | 2 |"), std::string::npos) << summary;
  EXPECT_NE(summary.find("**2 bad, 1 cause**\n\n### 2 × fail\\: x 1"), std::string::npos) << summary;
  EXPECT_LT(github_summary(run_of(results), std::vector<TestResult>(5000, crashed("s/x", "y"))).size(), 1'000'000U);
}

// Read as the server does: fields between colons, base64.
TEST(Fate, IsWhatTheServerReads) {
  TestResult failed = result("fate-suite/b", Verdict::fail, "differs");
  failed.detail = "-a\n+b\n";
  failed.error.text = "oops: 1\n";
  model::Run run;
  run.started = base::UtcTime(std::chrono::seconds(1'700'000'000));
  FateSlot slot{"x86_64-gcc", "N-1-gabc", "master", "50% done: yes", "config:x86:x86_64:generic:linux:gcc 12:--a"};
  const auto report = fate_report(slot, run,
                                  {result("s/a", Verdict::pass), failed, crashed("s/c", ""),
                                   result("s/d", Verdict::skip), result("s/e", Verdict::xfail)});
  ASSERT_TRUE(report);
  EXPECT_EQ(*report,
            "fate:1:20231114221320:x86_64-gcc:N-1-gabc:1:error testing:master:50%25 done%3a yes\n"
            "config:x86:x86_64:generic:linux:gcc 12:--a\n"
            "s-a:0::\n"
            "suite-b:1:LWEKK2IK:b29wczogMQo=\n"
            "s-c:SEGV:ZW5kZWQgYnkgU0lHU0VHVg==:\n"
            "s-e:0::\n");
  // The server knows a test by its name.
  const auto alike = fate_report(
      slot, run, {result("a/b c", Verdict::pass), result("a/b-c", Verdict::fail), result("a/d", Verdict::pass)});
  ASSERT_TRUE(alike);
  EXPECT_NE(alike->find("\na-b-c-de8fd7c2:0:"), std::string::npos) << *alike;
  EXPECT_NE(alike->find("\na-b-c-f5b72991:1:"), std::string::npos) << *alike;
  EXPECT_NE(alike->find("\na-d:0:"), std::string::npos) << *alike;
  EXPECT_EQ(fate_report({.name = "a b"}, run, {}).error().message,
            "FATE's report needs a slot: --slot NAME, of letters, digits, `_`, `.` and `-`");
  const test::TemporaryDirectory directory;
  directory.write("a.tar.gz", *fate_archive(*report, {failed}));
  EXPECT_EQ(test::shell("tar xzkf a.tar.gz && ls && head -c 6 report && cat test.log", directory.path()).out,
            "a.tar.gz\ncompile.log\nconfigure.log\nreport\ntest.log\nfate:1fail    fate-suite/b\n        differs\n");
}

}  // namespace
}  // namespace fatespec::reports
