// Boards that share the work, and runners that share a board.
#include <unistd.h>

#include <deque>
#include <map>

#include "tests/remote/background_run.hpp"

namespace fatespec::test {
namespace {

/// A project whose target `board` is a pool of two.
TemporaryDirectory& write_pool(TemporaryDirectory& directory, const std::string& first, const std::string& second) {
  directory.write("fatespec.yaml",
                  "configurations: {b: {target: board}}\ntargets:\n  board: {pool: [one, two]}\n  one: {" + first +
                      "}\n  two: {" + second + "}\n");
  return directory;
}

std::string sleeping_tests(int count, const std::string& more = "") {
  std::string tests = "tests:\n";
  for (int i = 0; i < count; ++i) tests += "  - {name: t" + std::to_string(i) + ", spec: sleep 0.1" + more + "}\n";
  return tests;
}

std::map<std::string, int> results_by_target(const SuiteRun& run) {
  std::map<std::string, int> counts;
  for (const auto& line : run.lines)
    if (line["type"] == "test_finished") ++counts[line["target"].get<std::string>()];
  return counts;
}

TEST(Pools, ShareTheWork) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer one;
  const SshServer two;
  TemporaryDirectory directory;
  const auto run = run_suite(write_pool(directory, one.target("jobs: 2"), two.target("jobs: 2")), sleeping_tests(40));
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  const auto counts = results_by_target(run);
  EXPECT_GT(counts.at("one"), 8) << run.out;
  EXPECT_GT(counts.at("two"), 8) << run.out;
}

TEST(Pools, GoOnWithoutABoardThatIsNotThere) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer one;
  SshServer two;
  TemporaryDirectory directory;
  write_pool(directory, one.target("jobs: 2"), two.target("reconnect: 300ms"));
  two.stop();
  const auto run = run_suite(directory, sleeping_tests(10));
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(results_by_target(run), (std::map<std::string, int>{{"one", 10}}));
  EXPECT_NE(run.out.find("lost    two: 127.0.0.1:"), std::string::npos) << run.out;
  const auto end = json_lines(read_file(directory / "results.jsonl"), "run_finished").at(0);
  EXPECT_EQ(end["lost_targets"].size(), 1U) << end.dump();
}

TEST(Pools, RunElsewhereWhatABoardTookAlong) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer one;
  SshServer two;
  TemporaryDirectory directory;
  write_pool(directory, one.target("reconnect: 500ms"), two.target("reconnect: 500ms"));
  // On the first board that gets it the test never ends.
  const std::string first = directory / "first";
  directory.write("first", "");
  BackgroundRun run(directory, "tests: [{name: a, spec: 'test -s " + first + " || { echo $TEST_DIR >" + first +
                                   "; sleep 60; }'}, {name: b, spec: sleep 0.3}, {name: c, spec: sleep 0.3}]");
  ASSERT_TRUE(wait_until([&] { return read_file(first).ends_with("\n"); }));
  const bool was_one = read_file(first).starts_with(one.scratch());
  (was_one ? one : two).stop();
  EXPECT_EQ(run.wait(), 0) << run.out();
  const SuiteRun results{0, run.out(), "", json_lines(run.json())};
  EXPECT_EQ(results["a"]["target"], was_one ? "two" : "one") << run.out();
  EXPECT_EQ(results["a"]["verdict"], "pass");
}

TEST(Pools, OfUnknownBoardsAreAProblem) {
  const BoardProject project("pool: [nobody]");
  const auto run = project.run("tests: [{name: a, spec: /bin/true}]");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("`nobody` in the pool `board` is no target with a `host`"), std::string::npos) << run.err;
}

TEST(Locks, KeepASecondRunnerWaitingAndNameTheFirst) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject first(server.target());
  const BoardProject second(server.target());
  BackgroundRun holder(first, "tests: [{name: a, spec: 'touch " + first.directory() / "up" + "; while [ ! -e " +
                                  first.directory() / "go" + " ]; do sleep 0.02; done'}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(first.directory() / "up"); }));
  BackgroundRun waiting(second, "tests: [{name: b, spec: 'test -e " + first.directory() / "go" + "'}]");
  const std::string user = shell("id -un | tr -d '\\n'").out;
  EXPECT_TRUE(wait_until([&] { return waiting.out().find("board is held by " + user + "@") != std::string::npos; }))
      << waiting.out();
  EXPECT_NE(waiting.out().find(", since 20"), std::string::npos) << waiting.out();
  EXPECT_FALSE(waiting.over());
  first.directory().write("go", "");
  EXPECT_EQ(holder.wait(), 0);
  EXPECT_EQ(waiting.wait(), 0) << waiting.out();
}

TEST(Locks, AreGivenUpAfterAWhile) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject first(server.target());
  BackgroundRun holder(first, "tests: [{name: a, spec: 'touch " + first.directory() / "up" + "; sleep 60'}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(first.directory() / "up"); }));
  const auto run = BoardProject(server.target("lock_wait: 300ms")).run("tests: [{name: b, spec: /bin/true}]");
  EXPECT_EQ(run["b"]["verdict"], "error");
  EXPECT_NE(run["b"]["reason"].get<std::string>().find("for more than 300 ms; `shared: true` of both would let two in"),
            std::string::npos)
      << run["b"]["reason"];
}

TEST(Locks, LetInWhoSharesIfAllDo) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject first(server.target("shared: true"));
  const BoardProject second(server.target("shared: true"));
  BackgroundRun holder(first, "tests: [{name: a, spec: 'touch " + first.directory() / "up" + "; while [ ! -e " +
                                  first.directory() / "go" + " ]; do sleep 0.02; done'}]");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(first.directory() / "up"); }));
  EXPECT_EQ(second.run("tests: [{name: b, spec: /bin/true}]").status, 0);
  const auto alone = BoardProject(server.target("lock_wait: 300ms")).run("tests: [{name: c, spec: /bin/true}]");
  EXPECT_EQ(alone["c"]["verdict"], "error") << "one that does not share";
  first.directory().write("go", "");
  EXPECT_EQ(holder.wait(), 0) << holder.out();
  EXPECT_EQ(shell("ls -A " + server.scratch()).out, "");
}

TEST(Locks, OfARunnerThatIsGoneAreStale) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  shell(
      "mkdir -p lock; echo '1 another-boot exclusive\nsomebody@else, run 1' >lock/1.1; "
      "echo \"999999 $(cat /proc/sys/kernel/random/boot_id) exclusive\nsomebody@else, run 2\" >lock/2.999999",
      std::filesystem::path(server.file(".")).parent_path());
  shell("mkdir -p " + server.scratch() + " && mv " + server.file("lock") + " " + server.scratch());
  const auto run = BoardProject(server.target("lock_wait: 5s")).run("tests: [{name: a, spec: /bin/true}]");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run.out.find("is held by"), std::string::npos) << run.out;
}

// As a full disk, or a loss of power, leaves them.
TEST(Locks, ThatSayNothingAreStale) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  shell("mkdir -p " + server.scratch() + "/lock " + server.scratch() + "/abc.1; cd " + server.scratch() +
        "; : >lock/abc.77; : >lock/abc.78.new; : >abc.1/supervisor; : >abc.1/leader.1");
  const auto run = BoardProject(server.target("lock_wait: 10s")).run("tests: [{name: a, spec: /bin/true}]");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_TRUE(wait_until([&] { return shell("ls -A " + server.scratch()).out.empty(); }));
}

// Two that come at once: never are both in.
TEST(Locks, AreTakenByOneAtATime) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const TemporaryDirectory shared;
  const std::string one_at_a_time =
      "tests: [{name: a, spec: 'mkdir " + shared / "in" + " && sleep 0.2 && rmdir " + shared / "in" + "'}]";
  std::deque<BoardProject> projects;
  std::deque<BackgroundRun> runs;
  for (int i = 0; i < 6; ++i) runs.emplace_back(projects.emplace_back(server.target("lock_wait: 1m")), one_at_a_time);
  for (auto& run : runs) EXPECT_EQ(run.wait(), 0) << run.out();
  EXPECT_EQ(shell("ls -A " + server.scratch()).out, "");
}

}  // namespace
}  // namespace fatespec::test
