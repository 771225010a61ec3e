// Section 4 of the contract: verdicts and exit codes.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

int exit_code_of(const std::string& tests, const std::string& arguments = "") {
  const TemporaryDirectory directory;
  return run_suite(directory, "tests: [" + tests + "]\n", arguments).status;
}

TEST(ExitCodes, FollowTheWorstVerdict) {
  EXPECT_EQ(exit_code_of("{name: a, spec: /bin/true}, {name: b, spec: x, skip: r}, {name: c, spec: /bin/false, "
                         "expect_fail: {reason: r}}"),
            0);
  EXPECT_EQ(exit_code_of("{name: a, spec: /bin/false}, {name: b, spec: no-such-program}"), 1);
  EXPECT_EQ(exit_code_of("{name: a, spec: no-such-program}, {name: b, spec: /bin/true}"), 3);
  EXPECT_EQ(exit_code_of("{name: a, spec: /bin/true, expect_fail: {reason: r}}"), 1) << "xpass counts as bad";
  EXPECT_EQ(exit_code_of("{name: a, spec: sleep 9, timeout: 50ms}"), 1);
  EXPECT_EQ(exit_code_of("{name: a, spec: 'kill -ABRT $$'}"), 1);
  EXPECT_EQ(exit_code_of("{name: a, spec: '{MD6} x'}"), 2);
  EXPECT_EQ(exit_code_of("{name: a, spec: /bin/true}", "--filter 'name(b)'"), 4);
  EXPECT_EQ(exit_code_of("{name: a, spec: /bin/true}", "--no-such-option"), 2);
  EXPECT_EQ(exit_code_of(""), 4);
}

TEST(ExitCodes, InterruptionsKeepWhatFinished) {
  const TemporaryDirectory directory;
  const std::string seconds = test::unshared_seconds();
  // With one at a time, both tests before `slow` have a result once it says that it runs.
  directory.write(
      "s.yaml",
      "tests:\n- {name: quick, spec: /bin/true}\n- {name: second, spec: /bin/true}\n- {name: slow, spec: 'touch " +
          directory / "ready" + "; exec sleep " + seconds + "'}\n- {name: never, spec: /bin/true}\n");
  for (const auto& [signal, status] : {std::pair{"INT", 130}, std::pair{"TERM", 143}}) {
    shell("rm -rf ready .fatespec", directory.path());
    const auto program =
        shell("setsid " FATESPEC_PROGRAM " run s.yaml -j1 & pid=$!; while [ ! -e ready ]; do sleep 0.01; done; kill -" +
                  std::string(signal) + " $pid; wait $pid; echo status $?",
              directory.path());
    EXPECT_NE(program.out.find("status " + std::to_string(status)), std::string::npos) << program.out << program.err;
    EXPECT_NE(program.out.find(", cut short by SIG" + std::string(signal) + ": 2 of 4 tests have no result"),
              std::string::npos)
        << program.out;
    EXPECT_NE(fatespec("runs", directory.path()).out.find("2 pass, 2 of 4 not run (SIG" + std::string(signal) + ")\n"),
              std::string::npos);
    EXPECT_NE(fatespec("show", directory.path()).out.find(", cut short by SIG" + std::string(signal) + "\n"),
              std::string::npos);
    EXPECT_EQ(json_lines(fatespec("show --json", directory.path()).out, "run_finished").at(0)["cut_by"],
              "SIG" + std::string(signal));
    EXPECT_FALSE(process_exists(seconds));
  }
  shell("sed -i 's/exec sleep " + seconds + "/true/' s.yaml", directory.path());
  fatespec("run s.yaml --resume", directory.path());
  EXPECT_EQ(fatespec("show", directory.path()).out.find("cut short"), std::string::npos) << "it went on to its end";
}

TEST(Verdicts, AVariableThatIsMisspeltIsTold) {
  const TemporaryDirectory directory;
  const auto failed = run_suite(directory, R"(tests:
  - {name: misspelt, spec: 'cat $SAMPLE_PATH/no-such-file'}
  - {name: own, spec: 'SAMPLE_PATH=/x; cat $SAMPLE_PATH/no-such-file'}
  - {name: other, spec: 'cat $QUITE_ANOTHER/no-such-file'}
  - {name: optional, spec: 'cat ${SAMPLE_PATH:-/x}/no-such-file'}
)",
                                "--set SAMPLES_PATH=/samples");
  EXPECT_EQ(failed["misspelt"]["reason"],
            "status 1, expected 0: cat: /no-such-file: No such file or directory; $SAMPLE_PATH is defined nowhere; did "
            "you mean `SAMPLES_PATH`?");
  EXPECT_EQ(failed["own"]["reason"], "status 1, expected 0: cat: /x/no-such-file: No such file or directory");
  EXPECT_EQ(failed["optional"]["reason"], "status 1, expected 0: cat: /x/no-such-file: No such file or directory");
  EXPECT_EQ(failed["other"]["reason"], "status 1, expected 0: cat: /no-such-file: No such file or directory");
}

TEST(Verdicts, EachHasAOneLineReason) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory, R"(tests:
  - {name: fail, spec: 'echo wrong >&2; exit 9'}
  - {name: crash, spec: 'kill -SEGV $$'}
  - {name: inner, spec: "sh -c 'kill -ABRT $$'; exit $?"}
  - {name: timeout, spec: sleep 9, timeout: 50ms}
  - {name: xfail, spec: /bin/false, expect_fail: {reason: rounding, bug: '#7'}}
  - {name: xpass, spec: /bin/true, expect_fail: {reason: rounding}}
  - {name: skip, spec: x, skip: no hardware}
  - {name: error, spec: '{MD5} no-such-program -x'}
  - {name: error2, spec: 'no-such-program | cat; no-such-program'}
  - {name: expected127, spec: no-such-program, expect: {status: 127}}
  - {name: segv, spec: 'kill -SEGV $$', expect: {status: SIGSEGV}}
  - {name: nonzero, spec: /bin/false, expect: {status: nonzero}}
  - {name: nonzero-none, spec: nosuchprogram -x, expect: {status: nonzero}}
  - {name: nonzero-shell, spec: 'nosuchprogram -x || exit $?', expect: {status: nonzero}}
  - {name: nonzero-crash, spec: 'sh -c ''kill -SEGV $$'' && true', expect: {status: nonzero}}
)");
  const auto verdict_and_reason = [&](const char* name) {
    return run[name]["verdict"].get<std::string>() + ": " + run[name]["reason"].get<std::string>();
  };
  EXPECT_EQ(verdict_and_reason("fail"), "fail: status 9, expected 0: wrong");
  EXPECT_EQ(verdict_and_reason("crash"), "crash: ended by SIGSEGV");
  EXPECT_EQ(run["crash"]["signal"], "SIGSEGV");
  EXPECT_TRUE(run["crash"]["status"].is_null());
  EXPECT_EQ(run["inner"]["verdict"], "crash");
  EXPECT_EQ(verdict_and_reason("timeout"), "timeout: no end after 50 ms");
  EXPECT_EQ(verdict_and_reason("xfail"), "xfail: rounding, #7: status 1, expected 0");
  EXPECT_EQ(verdict_and_reason("xpass"), "xpass: passed, but is known to fail: rounding");
  EXPECT_EQ(verdict_and_reason("skip"), "skip: no hardware");
  EXPECT_EQ(verdict_and_reason("error"), "error: program `no-such-program` not found on PATH");
  EXPECT_EQ(run["error"]["stdout"], "") << "nothing has run: there is no digest either";
  EXPECT_EQ(run["error2"]["verdict"], "error");
  EXPECT_EQ(verdict_and_reason("expected127"), "pass: ");
  EXPECT_EQ(verdict_and_reason("segv"), "pass: ");
  EXPECT_EQ(verdict_and_reason("nonzero"), "pass: ");
  EXPECT_EQ(verdict_and_reason("nonzero-none"), "error: program `nosuchprogram` not found on PATH");
  EXPECT_EQ(verdict_and_reason("nonzero-shell").substr(0, 38), "error: program not found (status 127):");
  EXPECT_EQ(verdict_and_reason("nonzero-crash").substr(0, 44), "crash: a program of the command ended by SIG");
}

TEST(Verdicts, APassAfterARetryIsFlaky) {
  const TemporaryDirectory directory;
  const std::string spec =
      "'echo attempt; test -e " + directory / "done" + " || { touch " + directory / "done" + "; exit 1; }'";
  const auto run = run_suite(
      directory, "tests: [{name: a, spec: " + spec + ", retries: 2}, {name: b, spec: /bin/false, retries: 2}]\n");
  EXPECT_EQ(run["a"]["verdict"], "pass");
  EXPECT_EQ(run["a"]["flaky"], true);
  EXPECT_EQ(run["a"]["attempts"], 2);
  EXPECT_EQ(run["a"]["failed_attempts"].dump(),
            R"([{"attempt":1,"reason":"status 1, expected 0","stderr":"","stderr_bytes":0,"stderr_truncated":false,)"
            R"("stdout":"attempt\n","stdout_bytes":8,"stdout_truncated":false,"verdict":"fail"}])");
  EXPECT_EQ(run["b"]["attempts"], 3);
  EXPECT_EQ(run["b"]["failed_attempts"].size(), 2U);
  EXPECT_EQ(run["b"]["flaky"], false);
}

TEST(Verdicts, TheFailingAttemptsOutputIsShown) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: 'echo attempt; test -e " + directory / "done" + " || { touch " +
                                directory / "done" + "; echo first | tee left; exit 1; }', retries: 1}]\n");
  fatespec("run s.yaml", directory.path());
  EXPECT_NE(fatespec("show", directory.path())
                .out.find("flaky   s/a  passed at attempt 2; before: status 1, expected 0\n1 of 1 tests: 1 pass in "),
            std::string::npos);
  const auto shown = fatespec("show --test s/a", directory.path()).out;
  EXPECT_NE(
      shown.find("attempt 1: fail, status 1, expected 0\nits stdout, 14 bytes:\nattempt\nfirst\n\nits directory: /"),
      std::string::npos)
      << shown;
}

TEST(Verdicts, ReadingAFileHasTheTimeThatATestHas) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory,
                "tests:\n  - {name: large, timeout: 500ms, spec: '{MD5FILE,$TEST_DIR/big} truncate -s 500G "
                "$TEST_DIR/big'}\n");
  EXPECT_EQ(run["large"]["verdict"], "timeout");
  EXPECT_EQ(run["large"]["reason"].get<std::string>().substr(0, 24), "no end after 500 ms, whi") << run["large"];
}

TEST(Verdicts, WhatHasEndedIsNotCalledSlow) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: quick, slow: 1s, spec: sleep 0.1}\n");
  const auto repeated = test::fatespec("run s.yaml --stress 20 -j1 --results none", directory.path());
  EXPECT_EQ(repeated.out.find("slow "), std::string::npos) << repeated.out;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: long, slow: 100ms, spec: sleep 1.5}\n");
  const auto slow = test::fatespec("run s.yaml --results none", directory.path());
  EXPECT_NE(slow.out.find("slow    s/long  running for "), std::string::npos) << slow.out;
}

TEST(Verdicts, FailFastStartsNothingMore) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, "tests: [{name: a, spec: /bin/false}, {name: b, spec: /bin/true}]\n", "--fail-fast -j1");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.lines.size(), 3U);
}

TEST(ExitCodes, ASecondSignalEndsAtOnceAndHangUpIsOne) {
  const TemporaryDirectory directory;
  const std::string mark = directory / "ready";
  const std::string stubborn = "trap \"\" TERM; touch " + mark + "; while :; do sleep 0.05; done";
  directory.write("s.yaml", "tests: [{name: a, spec: '" + stubborn + "'}]\n");
  const auto program = shell(
      "setsid " FATESPEC_PROGRAM
      " run s.yaml --results none & pid=$!; while [ ! -e ready ]; do sleep 0.01; done; kill -INT $pid; "
      "sleep 0.1; kill -INT $pid; wait $pid; echo status $?; rm ready; setsid " FATESPEC_PROGRAM
      " run s.yaml --results none & pid=$!; "
      "while [ ! -e ready ]; do sleep 0.01; done; kill -HUP $pid; sleep 0.1; kill -HUP $pid; wait $pid; echo status $?",
      directory.path());
  EXPECT_NE(program.out.find("status 130"), std::string::npos) << program.out;
  EXPECT_NE(program.out.find("status 129"), std::string::npos) << program.out;
  EXPECT_FALSE(process_exists("touch " + mark));
}

TEST(ExitCodes, ProbesCanBeInterrupted) {
  const TemporaryDirectory directory;
  const std::string seconds = test::unshared_seconds();
  directory.write("s.yaml", "tests: [{name: a, spec: /bin/true, only_if: {probe: 'touch " + directory / "ready" +
                                "; sleep " + seconds + "'}}]\n");
  const auto program = shell("setsid " FATESPEC_PROGRAM
                             " run s.yaml --results none & pid=$!; while [ ! -e ready ]; do sleep 0.01; done; kill "
                             "-INT $pid; wait $pid; echo status $?",
                             directory.path());
  EXPECT_NE(program.out.find("status 130"), std::string::npos) << program.out;
  EXPECT_FALSE(process_exists(seconds));
}

TEST(Verdicts, ChildrenThatAreIgnoredByTheCallerStillCount) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: /bin/false}]\n");
  EXPECT_EQ(shell("env --ignore-signal=CHLD " FATESPEC_PROGRAM " run s.yaml --results none", directory.path()).status,
            1);
}

TEST(Verdicts, AMissingProgramThatIsExpectedMeetsTheOtherExpectations) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory,
                             "tests: [{name: a, spec: no-such-program, expect: {status: 127, stdout: foo}}, {name: b, "
                             "spec: env no-such-program}]\n");
  EXPECT_EQ(run["a"]["verdict"], "fail");
  EXPECT_EQ(run["b"]["verdict"], "error");
}

TEST(Verdicts, TimeoutAndRetriesOfTheCommandLineReplaceTheTestsOwn) {
  const TemporaryDirectory directory;
  const auto run = run_suite(
      directory, "tests: [{name: a, spec: sleep 9, timeout: none}, {name: b, spec: /bin/false, retries: 5}]\n",
      "--timeout 50ms --retries 1");
  EXPECT_EQ(run["a"]["reason"], "no end after 50 ms");
  EXPECT_EQ(run["b"]["attempts"], 2);
}

TEST(Verdicts, DescendantsMayCleanUpInTheTimeOfGrace) {
  const TemporaryDirectory directory;
  const std::string cleaning = "sh -c 'trap \"sleep 0.5; touch " + directory / "cleaned" +
                               "; exit\" TERM; while :; do sleep 0.02; done' & sleep 9";
  const auto run = run_suite(directory, "tests:\n- name: a\n  timeout: 100ms\n  spec: |\n    " + cleaning + "\n");
  EXPECT_EQ(run["a"]["verdict"], "timeout");
  EXPECT_TRUE(std::filesystem::exists(directory / "cleaned"));
}

TEST(Verdicts, ProbesDecideOncePerCommand) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory, R"(
tests:
  - {name: yes, spec: /bin/true, only_if: {probe: 'echo x >> $D/asked'}}
  - {name: yes2, spec: /bin/true, only_if: {probe: 'echo x >> $D/asked'}}
  - {name: no, spec: /bin/true, only_if: {probe: 'exit 3'}}
  - {name: either, spec: /bin/true, only_if: [{probe: 'exit 3'}, {probe: 'exit 0'}]}
)",
                             "--set D=" + directory.path().string());
  EXPECT_EQ(run["yes"]["verdict"], "pass");
  EXPECT_EQ(run["either"]["verdict"], "pass");
  EXPECT_EQ(run["no"]["reason"], "only if `exit 3`, which exits with 3");
  EXPECT_EQ(read_file(directory / "asked"), "x\n");
}

TEST(Verdicts, AFailureThatIsNotTheKnownOneHasItsRetries) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, "tests:\n  - {name: a, spec: \"mkdir " + directory / "seen" +
                               " && { echo network down >&2; exit 1; }; echo wrong; exit 1\", retries: 2, "
                               "retry_if: {stderr_matches: network down}, "
                               "expect_fail: {reason: known, stdout_digest: 0f7220a0df94ad88e497ae2fa6c56cdd}}\n");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run["a"]["verdict"], "xfail");
  EXPECT_EQ(run["a"]["attempts"], 2);
}

TEST(Verdicts, ReasonsAreOneLine) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory,
                             "tests:\n  - name: a\n    spec: 'true'\n    expect_fail:\n      reason: |\n        one\n"
                             "        two\n      bug: '#12'\n  - {name: b, spec: 'true', skip: \"one\\ntwo\"}\n");
  EXPECT_EQ(run["a"]["reason"], "passed, but is known to fail: one two, #12");
  EXPECT_EQ(run["b"]["reason"], "one two");
}

TEST(Verdicts, BoundsOfSizeAreThoseOfWhatIsCompared) {
  const TemporaryDirectory directory;
  directory.write("r", std::string(4000, '\0'));
  const auto run =
      run_suite(directory,
                "tests:\n"
                "  - {name: one, spec: '{1OFF,r,16} cat r', cwd: ., expect: {size: {min: 4000}}}\n"
                "  - {name: rms, spec: '{RMS,r,0.1} cat r', cwd: ., expect: {size: {min: 4000}}}\n"
                "  - {name: dev, spec: '{STDDEV,r,s16le,0,0} cat r', cwd: ., expect: {size: {max: 10}}}\n");
  EXPECT_EQ(run["one"]["verdict"], "pass") << run.out;
  EXPECT_EQ(run["rms"]["verdict"], "pass") << run.out;
  EXPECT_EQ(run["dev"]["reason"], "the output has 4000 bytes, more than 10");
}

TEST(Verdicts, ExpressionsReadCharacters) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory,
                             "tests:\n  - {name: one, spec: echo é, expect: {stdout_matches: '^.$'}}\n"
                             "  - {name: several, spec: echo éé, expect: {stdout_matches: '^é+$'}}\n"
                             "  - {name: bytes, spec: printf '\\377x', expect: {stdout_matches: '^.x$'}}\n");
  EXPECT_EQ(run.status, 0) << run.out;
}

}  // namespace
}  // namespace fatespec::test
