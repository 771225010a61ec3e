#include "checks/verdict.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "base/digest.hpp"

namespace fatespec::checks {
namespace {

using model::Ending;
using model::Verdict;

model::Execution exited(int status, bool via_shell = false) {
  model::Execution execution;
  execution.ending = Ending::exited;
  execution.status = status;
  execution.via_shell = via_shell;
  return execution;
}

Judgement judged(const model::Execution& execution, const model::ExpectedStatus& expected = {},
                 const Reading& output = {}) {
  model::TestSpec test;
  test.expect.status = expected;
  return judge(test, {execution, output, {}});
}

TEST(Judge, StatusesAndSignals) {
  EXPECT_EQ(judged(exited(0)).verdict, Verdict::pass);
  EXPECT_EQ(judged(exited(1)).reason, "status 1, expected 0");
  EXPECT_EQ(judged(exited(7), {model::ExpectedStatus::Kind::nonzero, 0}).verdict, Verdict::pass);
  EXPECT_EQ(judged(exited(0), {model::ExpectedStatus::Kind::nonzero, 0}).reason, "status 0, expected nonzero");
  model::Execution crashed;
  crashed.ending = Ending::signalled;
  crashed.signal = SIGSEGV;
  EXPECT_EQ(judged(crashed).verdict, Verdict::crash);
  EXPECT_EQ(judged(crashed).signal, "SIGSEGV");
  EXPECT_EQ(judged(crashed, {model::ExpectedStatus::Kind::signal, SIGSEGV}).verdict, Verdict::pass);
  EXPECT_EQ(judged(crashed, {model::ExpectedStatus::Kind::signal, SIGABRT}).verdict, Verdict::crash);
}

TEST(Judge, BothStreamsThatDifferAreTold) {
  Reading output = reading_of(Finding::differs, "stdout differs");
  output.detail = "-a\n";
  Reading error = reading_of(Finding::differs, "stderr differs");
  error.detail = "-b\n";
  const Judgement judgement = judge(model::TestSpec(), {exited(0), output, error});
  EXPECT_EQ(judgement.verdict, Verdict::fail);
  EXPECT_EQ(judgement.reason, "stdout differs; stderr differs");
  EXPECT_EQ(judgement.detail, "-a\n-b\n");
}

TEST(Judge, WhatAShellReports) {
  EXPECT_EQ(judged(exited(127, true)).verdict, Verdict::error);
  EXPECT_EQ(judged(exited(126, true)).verdict, Verdict::error);
  EXPECT_EQ(judged(exited(127, false)).verdict, Verdict::error) << "env and its like report as a shell does";
  EXPECT_EQ(judged(exited(127, true), {model::ExpectedStatus::Kind::exactly, 127}).verdict, Verdict::pass);
  EXPECT_EQ(judged(exited(139, true)).verdict, Verdict::crash);
  EXPECT_EQ(judged(exited(139, true)).signal, "SIGSEGV");
  EXPECT_EQ(judged(exited(139, true), {model::ExpectedStatus::Kind::signal, SIGSEGV}).verdict, Verdict::pass);
  EXPECT_EQ(judged(exited(255, true)).verdict, Verdict::fail);
}

TEST(Judge, ProcessesThatCannotBeKilledAreAnErrorHoweverTheTestEnded) {
  for (const int status : {0, 1}) {
    model::Execution execution = exited(status);
    execution.problem = "1 processes of the test cannot be killed";
    const auto judgement = judged(execution, {model::ExpectedStatus::Kind::exactly, status});
    EXPECT_EQ(judgement.verdict, Verdict::error);
    EXPECT_EQ(judgement.reason, execution.problem);
  }
}

TEST(Judge, OutputThatCannotBeReadSaysNothingAboutTheTest) {
  model::Execution execution;
  execution.ending = Ending::unreadable;
  execution.problem = "its output cannot be read: No space left on device";
  const auto judgement = judged(execution);
  EXPECT_EQ(judgement.verdict, Verdict::error);
  EXPECT_EQ(judgement.reason, execution.problem);
}

TEST(Judge, AMissingReferenceIsAnError) {
  const Reading output = reading_of(Finding::undecidable, "reference r: No such file or directory");
  EXPECT_EQ(judged(exited(0), {}, output).verdict, Verdict::error);
  const auto failed = judged(exited(1), {}, output);
  EXPECT_EQ(failed.verdict, Verdict::error);
  EXPECT_EQ(failed.reason, "reference r: No such file or directory; status 1, expected 0");
  model::Execution crashed;
  crashed.ending = Ending::signalled;
  crashed.signal = SIGSEGV;
  EXPECT_EQ(judged(crashed, {}, output).verdict, Verdict::crash) << "which no reference would change";
  EXPECT_EQ(judged(crashed, {model::ExpectedStatus::Kind::signal, SIGSEGV}, output).verdict, Verdict::error);
  EXPECT_EQ(judged(exited(139, true), {}, output).verdict, Verdict::crash);
}

TEST(KnownFailures, AreKnownOnlyWhileTheyFailInThatWay) {
  const model::KnownFailure known{"rounding", "#12", base::digest_hex(base::DigestAlgorithm::sha256, "wrong")};
  Reading output;
  output.output.text = "wrong";
  Judgement failed{Verdict::fail, "differs", "", {}, ""};
  apply_known_failure(known, output, "2026-06-15", failed);
  EXPECT_EQ(failed.verdict, Verdict::xfail);
  EXPECT_EQ(failed.reason, "rounding, #12: differs");
  Judgement other{Verdict::fail, "differs", "", {}, ""};
  output.output.text = "wrong in another way";
  apply_known_failure(known, output, "2026-06-15", other);
  EXPECT_EQ(other.verdict, Verdict::fail);
  EXPECT_NE(other.reason.find("(not the known failure, rounding, #12: the digest of stdout is unknown)"),
            std::string::npos)
      << other.reason;
  Judgement crashed{Verdict::crash, "ended by SIGSEGV", "", {}, "SIGSEGV"};
  output.output.text = "wrong";
  apply_known_failure(known, output, "2026-06-15", crashed);
  EXPECT_EQ(crashed.verdict, Verdict::crash);
  EXPECT_EQ(crashed.reason, "ended by SIGSEGV (not the known failure, rounding, #12: that has a wrong output)");
  output.output.text = "wrong in another way";
  Judgement of_long_output{Verdict::fail, "differs", "", {}, ""};
  output.fingerprint = known.stdout_digest;  // of all that was written; of a long text only a part is kept
  apply_known_failure(known, output, "2026-06-15", of_long_output);
  EXPECT_EQ(of_long_output.verdict, Verdict::xfail);
  Judgement of_digest{Verdict::fail, "differs", "", {}, ""};
  output.fingerprint.clear();
  output.output.text = known.stdout_digest + "\n";  // as {SHA256} has it
  apply_known_failure(known, output, "2026-06-15", of_digest);
  EXPECT_EQ(of_digest.verdict, Verdict::xfail);
  Judgement passed;
  apply_known_failure(known, output, "2026-06-15", passed);
  EXPECT_EQ(passed.verdict, Verdict::xpass);
  Judgement broken{Verdict::error, "no program", "", {}, ""};
  apply_known_failure({"r", "", ""}, output, "2026-06-15", broken);
  EXPECT_EQ(broken.verdict, Verdict::error) << "infrastructure is no known failure";
}

}  // namespace
}  // namespace fatespec::checks
