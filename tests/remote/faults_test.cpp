// Lines that are cut, boards that go down, runners that are killed.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "tests/remote/background_run.hpp"
#include "tests/remote/held_board.hpp"
#include "tests/support/network.hpp"

namespace fatespec::test {
namespace {

using namespace std::chrono_literals;

/// Every test of the run has exactly one result, a pass.
void expect_one_pass_each(const std::string& json, int tests, const std::string& out) {
  std::multiset<std::string> seen;
  for (const auto& line : json_lines(json, "test_finished")) {
    seen.insert(line["test"].get<std::string>());
    EXPECT_EQ(line["verdict"], "pass") << line.dump();
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(tests)) << out;
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "doubled";
}

std::string many_tests(int count) {
  const std::string digest = shell("head -c 200000 /dev/zero | md5sum | cut -d' ' -f1 | tr -d '\\n'").out;
  std::string tests = "tests:\n";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    if (i % 5 == 0)
      tests += "  - {name: t" + n + ", spec: 'echo x >f; sleep 0.02; cat f', expect: {stdout: \"x\\n\"}}\n";
    else if (i % 5 == 1)
      tests += "  - {name: t" + n + ", spec: '{MD5} head -c 200000 /dev/zero', expect: {stdout: " + digest + "}}\n";
    else if (i % 5 == 2)
      tests += "  - {name: t" + n +
               ", spec: '{MD5FILE,f} sh -c \"echo x >f\"', expect: {stdout: 401b30e3b8b5d629635a5c613cdb7919}}\n";
    else tests += "  - {name: t" + n + ", spec: echo " + n + ", expect: {stdout: \"" + n + "\\n\"}}\n";
  }
  return tests;
}

TEST(Faults, ALineThatIsCutFiftyTimesLosesAndDoublesNothing) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const SlowLine line(server.port(), 0);
  const BoardProject project(server.target("jobs: 4, reconnect: 30s", line.port()));
  constexpr int tests = 1500;  // enough for fifty cuts, however many get through between two of them
  BackgroundRun run(project, many_tests(tests));
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  int cuts = 0;
  std::size_t done = 0;
  const auto finished = [&] {
    const std::string json = run.json();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = json.find("\"test_finished\"", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  // Each time after some more tests have got through, somewhere within a test.
  for (; cuts < 50 && !run.over(); ++cuts) {
    const std::size_t wanted = std::min<std::size_t>(done + 1 + random() % 4, tests - 1);
    wait_until([&] { return finished() >= wanted || run.over(); }, 60s);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    done = finished();
    line.cut();
  }
  EXPECT_EQ(run.wait(), 0) << run.out();
  EXPECT_EQ(cuts, 50);
  expect_one_pass_each(run.json(), tests, run.out());
  EXPECT_TRUE(wait_until([&] { return processes_of(server.scratch()).empty(); })) << processes_of(server.scratch());
  EXPECT_TRUE(wait_until([&] { return shell("ls -A " + server.scratch()).out.empty(); }))
      << shell("find " + server.scratch()).out;
}

TEST(Faults, ALineThatGoesDeadIsNoticedOnBothEnds) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const SlowLine line(server.port(), 0);
  const BoardProject project(server.target("keepalive: 1s", line.port()));
  const std::string mark = "sleep " + unshared_seconds();
  BackgroundRun run(project, "tests: [{name: a, spec: 'test -e " + project.directory() / "once" + " || { touch " +
                                 project.directory() / "once" + "; exec " + mark + "; }'}]");
  ASSERT_TRUE(wait_until([&] { return process_exists(mark); }));
  line.go_dead();
  EXPECT_TRUE(wait_until([&] { return !process_exists(mark); })) << "the supervisor has ended it";
  EXPECT_EQ(run.wait(), 0) << run.out();
  EXPECT_NE(run.out().find("no answer for 1.00 s"), std::string::npos) << run.out();
  EXPECT_NE(run.out().find("board is back"), std::string::npos) << run.out();
}

// Five tests share the first connection with the supervisor, the sixth is alone on another.
TEST(Faults, OneOfSeveralConnectionsThatGoesDeadIsNoticed) {
  FATESPEC_NEEDS_SSH_SERVER();
  constexpr int tests = 6;
  const SshServer server;
  const SlowLine line(server.port(), 0);
  const BoardProject project(server.target("jobs: " + std::to_string(tests) + ", keepalive: 1s", line.port()));
  const std::string mark = "sleep " + unshared_seconds();
  std::string suite = "tests:\n";
  for (int i = 0; i < tests; ++i) {
    const std::string once = project.directory() / ("once" + std::to_string(i));
    suite += "  - {name: t" + std::to_string(i) + ", spec: 'test -e " + once + " || { touch " + once + "; exec " +
             mark + "; }'}\n";
  }
  BackgroundRun run(project, suite);
  const std::string all = std::to_string(tests) + "\n";
  ASSERT_TRUE(wait_until([&] { return shell("pgrep -fc '^" + mark + "'").out == all; })) << run.out();
  line.newest_goes_dead();
  EXPECT_EQ(run.wait(), 0) << run.out();
  EXPECT_NE(run.out().find("lost the connection (no answer for 1.00 s)"), std::string::npos) << run.out();
  expect_one_pass_each(run.json(), tests, run.out());
  EXPECT_FALSE(process_exists(mark));
}

TEST(Faults, ALineThatIsCutWhileFilesAreDeployedIsMadeAnew) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const SlowLine line(server.port(), 2);
  const TemporaryDirectory here;
  shell("head -c 30000000 /dev/urandom >blob", here.path());
  const std::string there = server.file("there/blob");
  const BoardProject project(
      server.target("reconnect: 30s, deploy: [{from: " + here / "blob" + ", to: " + there + "}]", line.port()));
  BackgroundRun run(project, "tests: [{name: a, spec: '{SHA1FILE," + there + "} /bin/true', expect: {stdout: " +
                                 shell("sha1sum <blob | cut -c1-40 | tr -d '\\n'", here.path()).out + "}}]");
  for (int cut = 0; cut < 4; ++cut) {
    const std::string staged = "ls " + server.file("there") + "/.fatespec-deploy.*/blob";
    EXPECT_TRUE(wait_until([&] { return run.over() || shell(staged).status == 0; }));
    line.cut();
    EXPECT_TRUE(wait_until([&] { return run.over() || shell(staged).status != 0; }));
  }
  EXPECT_EQ(run.wait(), 0) << run.out();
  expect_one_pass_each(run.json(), 1, run.out());
}

TEST(Faults, NothingIsLeftOfARunThatIsCancelled) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 2"));
  const std::string mark = unshared_seconds();
  BackgroundRun run(project, "tests: [{name: a, spec: 'sleep " + mark + " | cat'}, {name: b, spec: 'setsid sleep " +
                                 mark + " & sleep " + mark + "'}, {name: c, spec: /bin/true}]");
  ASSERT_TRUE(wait_until([&] { return shell("pgrep -fc '^sleep " + mark + "'").out == "3\n"; }));
  run.send(SIGINT);
  EXPECT_EQ(run.wait(), 130);
  EXPECT_NE(run.out().find("3 of 3 tests have no result"), std::string::npos) << run.out();
  EXPECT_FALSE(process_exists("sleep " + mark));
  EXPECT_EQ(processes_of(server.scratch()), "");
  EXPECT_EQ(shell("ls -A " + server.scratch()).out, "");
}

TEST(Faults, NothingIsLeftOfARunnerThatWasKilled) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 2"));
  const std::string mark = unshared_seconds();
  BackgroundRun run(project, "tests: [{name: a, spec: 'echo x >file; sleep " + mark +
                                 " | cat'}, {name: b, spec: 'setsid sleep " + mark + " & sleep " + mark + "'}]");
  ASSERT_TRUE(wait_until([&] { return shell("pgrep -fc '^sleep " + mark + "'").out == "3\n"; }));
  run.send(SIGKILL);
  run.wait();
  EXPECT_TRUE(wait_until([&] { return !process_exists("sleep " + mark); }));
  EXPECT_TRUE(wait_until([&] { return processes_of(server.scratch()).empty(); })) << processes_of(server.scratch());
  EXPECT_TRUE(wait_until([&] { return shell("ls -A " + server.scratch()).out.empty(); }))
      << shell("find " + server.scratch()).out;
}

// Nothing of it says whose it is but where it comes from.
TEST(Faults, WhatHasNoEnvironmentAnyMoreEndsWithTheLine) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 2"));
  const std::string mark = unshared_seconds();
  BackgroundRun run(project, "tests: [{name: a, spec: 'env -i sleep " + mark + "'}, {name: b, spec: 'env -i sleep " +
                                 mark + " | cat'}]");
  ASSERT_TRUE(wait_until([&] { return shell("pgrep -fc '^sleep " + mark + "'").out == "2\n"; }));
  run.send(SIGKILL);
  run.wait();
  EXPECT_TRUE(wait_until([&] { return !process_exists("sleep " + mark); }));
  EXPECT_TRUE(wait_until([&] { return shell("ls -A " + server.scratch()).out.empty(); }))
      << shell("find " + server.scratch()).out;
}

// A number of a process says nothing by itself: a shell may have that of a supervisor of before.
TEST(Faults, WhatAnotherBootLeftIsRemovedThoughItsNumbersAreInUse) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target());
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe";
  shell("mkdir -p old.1/sub young.1; echo x >old.1/sub/file; mkfifo " + pipe + "; sh -c 'read line <" + pipe +
            "' >/dev/null 2>&1 & pid=$!; echo $pid >pid; "
            "echo $pid boot-of-before 1 >old.1/supervisor; echo $pid >old.1/leader.0; "
            "echo $pid $(cat /proc/sys/kernel/random/boot_id) 1 >young.1/supervisor; echo $pid >young.1/leader.0",
        [&] {
          std::filesystem::create_directories(server.scratch());
          return server.scratch();
        }());
  const std::string pid = read_file(server.scratch() + "/pid");
  EXPECT_EQ(project.run(one_test).status, 0);
  EXPECT_TRUE(wait_until([&] { return shell("ls -A " + server.scratch()).out == "pid\n"; }))
      << shell("find " + server.scratch()).out;
  EXPECT_EQ(shell("kill " + pid).status, 0) << "it is nobody's";
}

TEST(Faults, WhatLeavesItsTestIsEndedSoonerOrLater) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 1, keepalive: 1s"));
  const std::string mark = unshared_seconds();
  const std::string five_seconds = "5." + std::to_string(::getpid());
  BackgroundRun run(project,
                    "tests: [{name: a, spec: 'setsid sh -c \"exec </dev/null >/dev/null 2>&1 8>&-; exec sleep " + mark +
                        "\" & sleep 0.1'}, {name: b, spec: sleep " + five_seconds + ", timeout: 30s}]");
  ASSERT_TRUE(wait_until([&] { return process_exists("sleep " + mark); }));
  ASSERT_TRUE(wait_until([&] { return process_exists("sleep " + five_seconds); }));
  EXPECT_TRUE(wait_until([&] { return !process_exists("sleep " + mark); }));
  EXPECT_FALSE(run.over()) << "while the next test runs";
  EXPECT_EQ(run.wait(), 0);
}

/// A board that can go down and start anew: it has a boot id of its own and comes back by itself.
class MortalBoard {
 public:
  static std::string impossible() {
    if (::geteuid() != 0) return "only root can give a board a boot id of its own";
    return shell("unshare -m true").status == 0 ? "" : "no mount namespaces here";
  }
  MortalBoard() : server_("", script()) {}
  std::string boot_id() const { return directory_ / "boot"; }
  SshServer& server() { return server_; }

 private:
  std::string script() const {
    directory_.write("boot", "first\n");
    directory_.write(
        "run", "#!/bin/sh\nmount --bind " + directory_ / "boot" + " /proc/sys/kernel/random/boot_id\nexec \"$@\"\n");
    shell("chmod 755 run", directory_.path());
    return "unshare -m " + directory_ / "run";
  }
  const TemporaryDirectory directory_;
  SshServer server_;
};

#define NEEDS_MORTAL_BOARD()   \
  FATESPEC_NEEDS_SSH_SERVER(); \
  if (const std::string why = MortalBoard::impossible(); !why.empty()) GTEST_SKIP() << why

TEST(Faults, ATestThatTakesItsBoardDownTwiceIsAnError) {
  NEEDS_MORTAL_BOARD();
  MortalBoard board;
  const SlowLine line(board.server().port(), 0);
  const BoardProject project(board.server().target("jobs: 2", line.port()));
  const std::string asked = project.directory() / "asked";
  // The line is cut from outside at each request: so the board's end and its new boot id come together.
  BackgroundRun run(project, "tests:\n  - {name: killer, spec: 'echo boot-$$ >" + board.boot_id() + "; echo x >>" +
                                 asked +
                                 "; sleep 60'}\n  - {name: beside, spec: 'sleep 0.5; echo ok'}\n"
                                 "  - {name: later, spec: /bin/true}\n  - {name: last, spec: /bin/true}\n");
  std::size_t cuts = 0;
  EXPECT_TRUE(wait_until([&] {
    if (read_file(asked).size() > 2 * cuts) {
      ++cuts;
      line.cut();
    }
    return run.over();
  }));
  EXPECT_EQ(run.wait(), 3) << run.out();
  EXPECT_EQ(cuts, 2U);
  const SuiteRun results{0, run.out(), "", json_lines(run.json())};
  EXPECT_EQ(results["killer"]["verdict"], "error");
  EXPECT_EQ(results["killer"]["reason"], "took down the board (it went down and has started anew)");
  for (const char* test : {"beside", "later", "last"}) EXPECT_EQ(results[test]["verdict"], "pass") << test << run.out();
}

TEST(Faults, AHostThatStaysAwayIsAnErrorAndNamed) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer server;
  const BoardProject project(server.target("reconnect: 1s"));
  BackgroundRun run(project, "tests: [{name: a, spec: 'touch " + project.directory() / "up" +
                                 "; sleep 60'}, {name: b, spec: /bin/true}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(project.directory() / "up"); }));
  server.stop();
  EXPECT_EQ(run.wait(), 3) << run.out();
  const SuiteRun results{0, run.out(), "", json_lines(run.json())};
  for (const char* test : {"a", "b"}) {
    EXPECT_EQ(results[test]["verdict"], "error");
    EXPECT_NE(results[test]["reason"].get<std::string>().find("no way back for 1.00 s"), std::string::npos)
        << results[test]["reason"];
  }
  EXPECT_NE(run.out().find("lost    board: "), std::string::npos) << run.out();
}

TEST(Faults, AHostThatComesBackGoesOn) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer server;
  const BoardProject project(server.target("reconnect: 20s"));
  BackgroundRun run(project, "tests: [{name: a, spec: 'test -e " + project.directory() / "up" + " || { touch " +
                                 project.directory() / "up" + "; sleep 60; }'}, {name: b, spec: /bin/true}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(project.directory() / "up"); }));
  server.stop();
  ASSERT_TRUE(wait_until([&] { return run.out().find("connecting again") != std::string::npos; }));
  server.start();
  EXPECT_EQ(run.wait(), 0) << run.out();
  expect_one_pass_each(run.json(), 2, run.out());
}

// It has waited for the lock for longer than a host may be away: what counts is the time since the line was cut.
TEST(Faults, ALineThatIsCutWhileTheBoardIsHeldIsMadeAnew) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer server;
  HeldBoard held(server);
  const auto reconnect = 8s;
  const BoardProject project(server.target("reconnect: " + std::to_string(reconnect.count()) + "s"));
  const auto begun = std::chrono::steady_clock::now();
  BackgroundRun run(project, one_test);
  ASSERT_TRUE(wait_until([&] { return run.out().find("held by another") != std::string::npos; })) << run.out();
  ASSERT_TRUE(wait_until([&] { return std::chrono::steady_clock::now() - begun > reconnect; }));
  server.stop();
  server.start();
  held.release();
  EXPECT_EQ(run.wait(), 0) << run.out();
}

TEST(Faults, ACableThatIsPulledAndPutBackCostsNothingButTime) {
  FATESPEC_NEEDS_SSH_SERVER();
  if (const std::string why = Network::impossible(); !why.empty()) GTEST_SKIP() << why;
  const Network network(1);
  const SshServer server("", network.inside(1), network.address(1));
  const BoardProject project(server.target("keepalive: 1s, reconnect: 30s, jobs: 2"));
  const std::string once = project.directory() / "once";
  const std::string mark = "sleep " + unshared_seconds();
  BackgroundRun run(project, "tests: [{name: a, spec: 'test -e " + once + " || { touch " + once + "; " + mark +
                                 "; }'}, {name: b, spec: sleep 1}, {name: c, spec: /bin/true}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(once); }));
  network.pull_cable(1);
  ASSERT_TRUE(wait_until([&] { return run.out().find("connecting again") != std::string::npos; }));
  EXPECT_TRUE(wait_until([&] { return !process_exists(mark); })) << "the board ends what it runs";
  network.put_cable_back(1);
  EXPECT_EQ(run.wait(), 0) << run.out();
  expect_one_pass_each(run.json(), 3, run.out());
}

TEST(Faults, AProgramForAnotherMachineIsNamedSo) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target());
  // The number of the machine in the ELF header (e_machine): AArch64's in place of our own.
  shell("cp /bin/true prog; printf '\\267\\000' | dd of=prog bs=1 seek=18 conv=notrunc", project.directory().path());
  const auto run = project.run("tests: [{name: a, spec: " + project.directory() / "prog" +
                               " -x}, {name: b, spec: /bin/false, expect: {status: 1}}]");
  EXPECT_EQ(run["a"]["verdict"], "error") << run.out;
  EXPECT_NE(run["a"]["reason"].get<std::string>().find("is for another machine: AArch64, the board is "),
            std::string::npos)
      << run["a"]["reason"];
}

TEST(Faults, ThousandsOfTestsLeaveNothingBehind) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 4"));
  std::string tests = "tests:\n";
  for (int i = 0; i < 2000; ++i) tests += "  - {name: t" + std::to_string(i) + ", spec: /bin/true}\n";
  const auto run = project.run(tests);
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(shell("ls -A " + server.scratch()).out, "");
  EXPECT_EQ(processes_of(server.scratch()), "");
}

}  // namespace
}  // namespace fatespec::test
