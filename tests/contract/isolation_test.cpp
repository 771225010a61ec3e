// What every test gets for itself: directory, environment, stdin, time, memory.
#include <algorithm>
#include <csignal>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(Isolation, TheEnvironmentIsNormalised) {
  const TemporaryDirectory directory;
  directory.write(
      "fatespec.yaml",
      "env: {A: project}\nconfigurations: {c: {env: {B: $HOME_OF}, variables: {HOME_OF: configuration}}}\n");
  ::setenv("SECRET", "leaked", 1);
  const auto run = run_suite(directory, "tests: [{name: e, spec: env, env: {C: test, A: nearer}}]\n");
  const std::string out = run["e"]["stdout"];
  std::set<std::string> names;
  for (const auto line : base::split_lines(out)) names.insert(std::string(line.substr(0, line.find('='))));
  names.erase("PWD");
  EXPECT_EQ(names, (std::set<std::string>{"A", "B", "C", "HOME", "LC_ALL", "PATH", "TEST_DIR", "TZ"})) << out;
  EXPECT_NE(out.find("LC_ALL=C\n"), std::string::npos);
  EXPECT_NE(out.find("TZ=UTC\n"), std::string::npos);
  EXPECT_NE(out.find("A=nearer\n"), std::string::npos);
  EXPECT_NE(out.find("B=configuration\n"), std::string::npos);
}

// What a script has started before it becomes the runner (`Xvfb :1 & exec fatespec run`) is a child of the runner, and
// so is what such a child leaves behind: none of it is a test's.
TEST(Isolation, ProcessesOlderThanTheRunAreLeftAlone) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n"
                  "  - {name: first, spec: 'true'}\n"
                  "  - {name: orphans, spec: 'cd .. && touch go && "
                  "until [ $(ps -o ppid= -p $(cat late)) = $(cat runner) ]; do sleep 0.01; done', cwd: $D/tests}\n"
                  "  - {name: last, spec: 'true'}\n");
  directory.write("tests/.keep", "");
  directory.write("start.sh",
                  "sleep 1000 & echo $! >early\n"
                  "(sleep 1000 & echo $! >late; until [ -e go ]; do sleep 0.01; done) &\n"
                  "until [ -s late ]; do sleep 0.01; done\n"
                  // The kernel counts in ticks: what comes now is of a later one.
                  "started() { cut -d' ' -f22 /proc/$1/stat; }\n"
                  "until [ \"$(started self)\" -gt \"$(started $(cat late))\" ]; do :; done\n"
                  "echo $$ >runner\n"
                  "exec " FATESPEC_PROGRAM " run s.yaml -j1 --set D=$PWD --results none --no-progress\n");
  const auto run = test::shell("sh start.sh", directory.path());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  for (const char* name : {"early", "late"}) {
    const std::string process = test::read_file(directory / name);
    EXPECT_EQ(test::shell("ps -o args= -p " + process, directory.path()).out, "sleep 1000\n") << name;
    ::kill(std::stoi(process), SIGKILL);
  }
}

// The runner asks for short slices of the processor for itself; tests have what the runner was given.
TEST(Isolation, TestsHaveTheRunnersPriority) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: policy, spec: 'chrt -p 0 | head -n 1; nice'}]\n");
  const std::string run =
      " " FATESPEC_PROGRAM " run s.yaml --results none -q --json - | grep -o 'SCHED_[A-Z]*.n[0-9]*'";
  const int ours = std::stoi(test::shell("nice", directory.path()).out);
  const auto with = [](const std::string& policy, int nice) { return policy + "\\n" + std::to_string(nice) + "\n"; };
  EXPECT_EQ(test::shell("nice -n 5" + run, directory.path()).out, with("SCHED_OTHER", std::min(19, ours + 5)));
  EXPECT_EQ(test::shell("chrt -b 0" + run, directory.path()).out, with("SCHED_BATCH", ours));
}

TEST(Isolation, ManyTestsAtOnceNeedNoHigherLimitOfDescriptors) {
  const TemporaryDirectory directory;
  std::string tests = "suite: s\ntests:\n";
  for (int i = 0; i < 40; ++i)
    tests += "  - {name: t" + std::to_string(i) + ", spec: 'ulimit -Sn; sleep 0.2', expect: {stdout: \"50\\n\"}}\n";
  directory.write("s.yaml", tests);
  const auto run = test::shell("ulimit -Sn 50; " FATESPEC_PROGRAM " run s.yaml -j40 --no-progress", directory.path());
  EXPECT_NE(run.out.find("40 tests: 40 pass"), std::string::npos) << run.out << run.err;
}

TEST(Isolation, StdinIsDevNullOrTheFile) {
  const TemporaryDirectory directory;
  directory.write("in", "input");
  shell("mkfifo fifo", directory.path());
  const auto run = run_suite(
      directory,
      "tests: [{name: none, spec: cat}, {name: file, spec: cat, stdin_file: in, expect: "
      "{stdout: input}}, {name: bad, spec: cat, stdin_file: nope}, {name: pipe, spec: cat, stdin_file: fifo}]\n");
  EXPECT_EQ(run["none"]["stdout"], "");
  EXPECT_EQ(run["file"]["verdict"], "pass");
  EXPECT_EQ(run["bad"]["verdict"], "error");
  EXPECT_EQ(run["pipe"]["verdict"], "error") << "a pipe that nobody writes to must not stop the run";
}

std::string kept_directory(const SuiteRun& run) {
  const auto at = run.out.find("kept: ");
  return at == std::string::npos ? "" : run.out.substr(at + 6, run.out.find('\n', at) - at - 6);
}

TEST(Isolation, DirectoriesAreKeptAfterFailuresOnly) {
  const TemporaryDirectory directory;
  const std::string tests =
      "tests: [{name: good, spec: 'echo x > left'}, {name: bad, spec: 'echo y > left; exit 1'}]\n";
  const auto run = run_suite(directory, tests, "-j1");
  const std::string kept = kept_directory(run);
  ASSERT_FALSE(kept.empty()) << run.out;
  EXPECT_EQ(read_file(kept + "/left"), "y\n");
  EXPECT_EQ(run["bad"]["kept"], kept);
  shell("rm -rf " + kept);
  EXPECT_EQ(kept_directory(run_suite(directory, tests, "--keep none")), "");
}

TEST(Isolation, DirectoriesOfFailedAttemptsAreKept) {
  const TemporaryDirectory directory;
  const std::string tests = "tests: [{name: a, retries: 1, spec: 'echo $TEST_DIR > left; test -e " +
                            directory / "done" + " || { touch " + directory / "done" + "; exit 1; }'}]\n";
  const auto run = run_suite(directory, tests);
  EXPECT_EQ(run["a"]["verdict"], "pass");
  EXPECT_FALSE(run["a"].contains("kept")) << "that of the attempt that passed";
  const std::string kept = run["a"]["failed_attempts"][0].value("kept", "");
  EXPECT_EQ(read_file(kept + "/left"), kept + "\n");
  shell("rm -rf " + kept + " " + directory / "done");
  EXPECT_FALSE(run_suite(directory, tests, "--keep none")["a"]["failed_attempts"][0].contains("kept"));
}

TEST(Isolation, NothingIsLeftInTheTemporaryDirectory) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "tmp");
  const std::string seconds = test::unshared_seconds();
  run_suite(directory,
            "tests: [{name: a, spec: 'mkdir -p d/e; touch d/e/f; chmod 0 d; chmod 0 .'}, {name: b, spec: /bin/true}, "
            "{name: c, spec: 'sleep " +
                seconds + " & :'}]\n");
  const auto program = fatespec("run suite.yaml --results none", directory.path());
  EXPECT_EQ(program.status, 0) << program.out;
  const auto inside = shell("TMPDIR=$PWD/tmp " FATESPEC_PROGRAM " run suite.yaml --results none >/dev/null; ls -A tmp",
                            directory.path());
  EXPECT_EQ(inside.out, "");
  EXPECT_FALSE(process_exists(seconds));
}

// Root may remove what others may not. A sanitizer's suppressions lie where others may not read them.
TEST(Isolation, WhatTestsMakeUnwritableIsRemovedByAnybody) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: 'mkdir -p d/e; touch d/e/f; chmod 0 d; chmod 0 .'}]\n");
  const std::string somebody = ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  const auto run =
      shell("mkdir tmp; chmod 777 . tmp; cp " FATESPEC_PROGRAM " .; TMPDIR=$PWD/tmp HOME=$PWD env -u TSAN_OPTIONS " +
                somebody + "./fatespec run s.yaml --results none --no-progress; ls -A tmp",
            directory.path());
  EXPECT_NE(run.out.find("1 test: 1 pass"), std::string::npos) << run.out << run.err;
  EXPECT_TRUE(std::filesystem::is_empty(directory / "tmp")) << run.out;
}

TEST(Isolation, RelativeDirectoriesOfThePathBeginWhereTheTestWorks) {
  const TemporaryDirectory directory;
  directory.write("work/tools/mytool", "#!/bin/sh\necho mine\n");
  directory.write("tools/mytool", "#!/bin/sh\necho another\n");
  shell("chmod +x tools/mytool work/tools/mytool", directory.path());
  const auto run =
      run_suite(directory,
                "tests: [{name: a, spec: mytool x, cwd: work, env: {PATH: 'tools:$PATH'}, expect: {stdout: "
                "\"mine\\n\"}}]\n");
  EXPECT_EQ(run["a"]["verdict"], "pass") << run.out;
}

TEST(Isolation, CpuTimeAndMemoryAreThoseOfTheTree) {
  const TemporaryDirectory directory;
  shell("truncate -s 200000000 zeros", directory.path());
  const auto run = run_suite(directory, R"(tests:
  - {name: cpu, spec: "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; :"}
  - {name: memory, spec: "sh -c 'head -c 100000000 /dev/zero | tail -c 90000000 | wc -c'; :"}
  - {name: orphan, spec: "(sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done' &) ; sleep 0.1"}
  - {name: digest, spec: '{SHA512} head -c 200000000 /dev/zero'}
  - {name: file, spec: '{SHA512FILE,$TEST_DIR/f} truncate -s 200000000 f'}
  - {name: samples, spec: '{RMS,zeros,0.1} head -c 200000000 /dev/zero'}
)");
  EXPECT_GT(run["cpu"]["user_s"].get<double>() + run["cpu"]["system_s"].get<double>(), 0.03);
  EXPECT_GT(run["orphan"]["user_s"].get<double>() + run["orphan"]["system_s"].get<double>(), 0.03);
  EXPECT_GT(run["memory"]["max_rss_kib"].get<int>(), 80'000);
  for (const char* test : {"digest", "file", "samples"}) {
    EXPECT_EQ(run[test]["verdict"], "pass") << run.out;
    EXPECT_LT(run[test]["user_s"].get<double>(), 0.1) << test << ": what the runner computes is not the test's time";
  }
}

TEST(Isolation, LocksAndExclusiveTestsDoNotOverlap) {
  const TemporaryDirectory directory;
  const std::string log = directory / "log";
  const auto entry = [&](const std::string& name, const std::string& more) {
    return "  - {name: " + name + ", spec: 'echo + " + name + " >> " + log + "; sleep 0.05; echo - " + name + " >> " +
           log + "'" + more + "}\n";
  };
  std::string tests = "tests:\n";
  for (int i = 0; i < 3; ++i) tests += entry("locked" + std::to_string(i), ", locks: [gpu]");
  for (int i = 0; i < 3; ++i) tests += entry("free" + std::to_string(i), "");
  tests += entry("alone", ", exclusive: true");
  EXPECT_EQ(run_suite(directory, tests, "-j4").status, 0);
  int locked = 0;
  int running = 0;
  const std::string text = read_file(log);
  for (const auto line : base::split_lines(text)) {
    const int step = line[0] == '+' ? 1 : -1;
    running += step;
    if (line.find("locked") != std::string_view::npos) locked += step;
    EXPECT_LE(locked, 1);
    if (line == "+ alone") {
      EXPECT_EQ(running, 1);
    }
  }
}

std::uint64_t mib_of_meminfo(const std::string& field) {
  const auto found = shell("awk '$1 == \"" + field + ":\" {print int($2 / 1024)}' /proc/meminfo", "/");
  return std::stoull(found.out);
}

TEST(Isolation, NothingStartsWhileTheMemoryThatTestsNeedIsShort) {
  const TemporaryDirectory directory;
  const std::uint64_t total = mib_of_meminfo("MemTotal");
  if (mib_of_meminfo("MemAvailable") < total * 6 / 10) GTEST_SKIP() << "others need the machine's memory";
  const std::string most = std::to_string(total * 51 / 100) + "M";  // two never fit
  std::string tests = "tests:\n";
  for (const char* name : {"a", "b", "c"})
    tests += std::string("  - {name: ") + name + ", memory: " + most + ", spec: 'mkdir " + directory / "alone" +
             " && sleep 0.2 && rmdir " + directory / "alone" + "'}\n";
  const auto run = run_suite(directory, tests, "-j3");
  EXPECT_EQ(run.status, 0) << "two were running at once: " << run.out;
}

TEST(Isolation, MoreMemoryThanTheMachineHasIsAnErrorAtOnce) {
  const TemporaryDirectory directory;
  const std::string twice = std::to_string(2 * mib_of_meminfo("MemTotal")) + "M";
  const auto run =
      run_suite(directory, "tests: [{name: a, memory: " + twice + ", spec: 'true'}, {name: b, spec: 'true'}]");
  EXPECT_EQ(run["b"]["verdict"], "pass");
  EXPECT_EQ(run["a"]["verdict"], "error");
  const std::string reason = run["a"]["reason"];
  EXPECT_EQ(reason.substr(0, 6), "needs ");
  EXPECT_NE(reason.find(" of memory, and the machine has only "), std::string::npos) << reason;
  EXPECT_EQ(run["a"]["command"], "true");
}

TEST(Isolation, CpuTimeOfWhatLeftTheSessionCounts) {
  const TemporaryDirectory directory;
  const std::string over = directory / "over";
  const auto run = run_suite(directory,
                             "tests:\n"
                             "  - name: burns\n"
                             "    spec: >\n"
                             "      (setsid sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; : >" +
                                 over + "' &); while [ ! -e " + over +
                                 " ]; do sleep 0.05; done\n"
                                 "  - {name: beside, spec: 'while [ ! -e " +
                                 over + " ]; do sleep 0.05; done'}\n",
                             "-j2");
  EXPECT_EQ(run.status, 0) << run.out;
  // Both have the loop that waits.
  EXPECT_GT(run["burns"]["user_s"].get<double>(), run["beside"]["user_s"].get<double>() + 0.05);
}

TEST(Isolation, AShellThatWaitsForWhatIsStoppedIsToldAsStopped) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, "tests: [{name: t, timeout: 2s, spec: \"sh -c 'kill -STOP $$; echo'; echo\"}]\n");
  EXPECT_EQ(run["t"]["reason"], "no end after 2.00 s: it is stopped, and nobody would continue it") << run.out;
}

TEST(Isolation, TheEnvironmentOfEveryLayerIsPastedAndExtendsPath) {
  const TemporaryDirectory directory;
  directory.write(
      "fatespec.yaml",
      "suites: [s.yaml]\nenv: {AA: project}\nconfigurations: {c: {env: {BB: conf, PATH: '/opt/x:$PATH'}}}\n");
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: t, spec: 'echo \"$AA $BB $CC\"; echo ${PATH%%:*} | cat', env: {CC: test}, "
                  "expect: {stdout: \"project conf test\\n/opt/x\\n\"}}]\n");
  const auto run = fatespec("run --json r.json", directory.path());
  EXPECT_EQ(run.status, 0) << run.out;
  const auto line = json_lines(read_file(directory / "r.json"), "test_finished").at(0);
  EXPECT_EQ(shell(line["command"], directory.path()).out, "project conf test\n/opt/x\n");
}

}  // namespace
}  // namespace fatespec::test
