// run --on slurm, attach, cancel.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>

#include "tests/remote/background_run.hpp"
#include "tests/support/slurm_cluster.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

class SlurmTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_slurm_cluster(); !why.empty()) GTEST_SKIP() << why;
    directory_.write("fatespec.yaml", "suites: [suite.yaml]\nslurm: {partition: test}\n");
  }
  ProgramResult run(const SlurmCluster& cluster, const std::string& arguments) const {
    return shell(cluster.environment() + " " FATESPEC_PROGRAM " " + arguments, directory_.path());
  }
  void write_suite(const std::string& tests) const { directory_.write("suite.yaml", "suite: s\n" + tests); }
  static std::string sleepers(int count, double seconds) {
    std::string text = "tests:\n";
    for (int i = 0; i < count; ++i)
      text += "  - {name: t" + std::to_string(i) + ", spec: 'sleep " + std::to_string(seconds) + "; echo " +
              std::to_string(i) + "', expect: {stdout: \"" + std::to_string(i) + "\\n\"}}\n";
    return text;
  }
  /// The results that the store has: tests, results, and those that passed.
  std::string counts() const {
    return shell(
               "sqlite3 .fatespec/results.db \"SELECT count(DISTINCT test_id), count(*), sum(verdict = 'pass') FROM "
               "results\"",
               directory_.path())
        .out;
  }
  std::string run_id() const {
    return shell("sqlite3 .fatespec/results.db 'SELECT name FROM runs'", directory_.path()).out.substr(0, 12);
  }
  static std::size_t losses_in(const std::string& text) {
    const std::string loss = "was lost (another attempt at its shard has begun)";
    std::size_t count = 0;
    for (auto at = text.find(loss); at != std::string::npos; at = text.find(loss, at + 1)) ++count;
    return count;
  }
  std::size_t told() const { return json_lines(read_file(directory_ / "results.jsonl"), "test_finished").size(); }
  /// A run without what differs from place to place and from time to time.
  static std::string comparable(const std::string& text) {
    std::vector<std::string> lines;
    for (auto line : json_lines(text, "test_finished")) {
      for (const char* key : {"wall_s", "user_s", "system_s", "max_rss_kib"}) line.erase(key);
      if (line.at("verdict") == "timeout") line.erase("detail");  // addresses of its stack
      lines.push_back(line.dump());
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const auto& line : lines) all += line + "\n";
    return all;
  }
  bool nothing_is_queued(const SlurmCluster& cluster) const {
    return wait_until([&] { return cluster.ask("squeue -h").empty(); });
  }

  TemporaryDirectory directory_;
};

TEST_F(SlurmTest, GivesTheResultsOfOneMachineAndOfMergedShards) {
  const SlurmCluster cluster;
  write_suite(
      "tests:\n"
      "  - {name: good, spec: echo good, tags: [x, big], expect: {stdout: \"good\\n\"}}\n"
      "  - {name: bad, spec: 'printf \"a\\\\nb\\\\n\"; echo trouble >&2', expect: {stdout: \"c\\n\"}}\n"
      "  - {name: bytes, spec: 'printf \"\\\\000\\\\377\"'}\n"
      "  - {name: crash, spec: 'kill -SEGV $$', retries: 1}\n"
      "  - {name: timeout, spec: 'sleep 60', timeout: 300ms}\n"
      "  - {name: skipped, spec: 'true', skip: not today}\n"
      "  - {name: known, spec: 'false', expect_fail: {reason: known}}\n"
      "  - {name: unknown, spec: 'no-such-program-at-all'}\n"
      "  - {name: md5, spec: '{MD5} printf abc', expect: {stdout: 900150983cd24fb0d6963f7d28e17f72}}\n"
      "  - {name: probed, spec: 'true', only_if: {probe: 'false'}}\n"
      "  - {name: m, spec: 'test $A != 2', matrix: {A: [1, 2, 3]}}\n"
      "  - {name: odd, spec: 'echo $((A / 3))', agree: true, matrix: {A: [1, 2, 3]}}\n"
      "  - {name: two, spec: 'true', slots: 2}\n"
      "  - {name: lock1, spec: 'mkdir /tmp/fatespec-lock-$PPID; rmdir /tmp/fatespec-lock-$PPID', locks: [l]}\n"
      "  - {name: lock2, spec: 'mkdir /tmp/fatespec-lock-$PPID; rmdir /tmp/fatespec-lock-$PPID', locks: [l]}\n"
      "  - {name: alone, spec: 'true', exclusive: true}\n");
  const auto here = run(cluster, "run --no-progress --json here.jsonl --results here.db");
  const auto there = run(cluster, "run --no-progress --on slurm --json there.jsonl --junit there.xml");
  EXPECT_EQ(there.status, here.status) << there.err;
  EXPECT_EQ(there.err, "");
  EXPECT_EQ(comparable(read_file(directory_ / "there.jsonl")), comparable(read_file(directory_ / "here.jsonl")));
  // What they have in common is found as well.
  EXPECT_NE(there.out.find("fails exactly when A=2"), std::string::npos) << there.out;
  for (const char* shard : {"1", "2"})
    run(cluster, std::string("run --no-progress --results none --shard ") + shard + "/2 --json " + shard + ".jsonl");
  run(cluster, "merge 1.jsonl 2.jsonl --results none --json merged.jsonl");
  EXPECT_EQ(comparable(read_file(directory_ / "merged.jsonl")), comparable(read_file(directory_ / "here.jsonl")));
  // The store has all that it would have had, and the cluster's directory is as it was.
  EXPECT_EQ(comparable(run(cluster, "report --format json").out),
            comparable(run(cluster, "report --format json --results here.db").out));
  const auto attempts = [&](const std::string& db) {
    return shell("sqlite3 " + db +
                     " 'SELECT name, number, verdict, reason FROM failed_attempts JOIN tests ON "
                     "tests.id = test_id'",
                 directory_.path())
        .out;
  };
  EXPECT_EQ(attempts(".fatespec/results.db"), attempts("here.db"));
  EXPECT_NE(attempts("here.db"), "");
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / ".fatespec" / "farm"));
  // A second run knows how long each takes.
  EXPECT_EQ(run(cluster, "run --no-progress --on slurm").status, here.status);
  EXPECT_TRUE(nothing_is_queued(cluster));
}

TEST_F(SlurmTest, TestsGoWhereWhatTheyNeedIs) {
  const SlurmCluster cluster;
  directory_.write("fatespec.yaml",
                   "suites: [suite.yaml]\nslurm:\n  tags: {big: {constraint: bigmem}, pi: {gres: 'board:1'}}\n");
  const std::string where = "tr \"\\\\000\" \"\\\\n\" </proc/$PPID/environ | grep -x -E ";
  write_suite(
      "tests:\n"
      "  - {name: big, spec: '" +
      where +
      "SLURMD_NODENAME=n3', tags: [big]}\n"
      "  - {name: pi, spec: '" +
      where + "SLURMD_NODENAME=n[12]', tags: [pi]}\n");
  const auto done = run(cluster, "run --no-progress --on slurm");
  EXPECT_EQ(done.status, 0) << done.out << done.err;
  // Slurm keeps the environment that it is given: the store's password is not in it.
  write_suite("tests:\n  - {name: secret, spec: '! tr \"\\000\" \"\\n\" </proc/$PPID/environ | grep hush'}\n");
  EXPECT_EQ(shell("PGPASSWORD=hush " + cluster.environment() + " " FATESPEC_PROGRAM " run --no-progress --on slurm",
                  directory_.path())
                .status,
            0);
  // What no node has is an error at once, and nothing is run.
  directory_.write("fatespec.yaml", "suites: [suite.yaml]\nslurm:\n  tags: {big: {constraint: no-such-feature}}\n");
  write_suite("tests:\n  - {name: big, spec: 'true', tags: [big]}\n");
  const auto refused = run(cluster, "run --no-progress --on slurm");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("sbatch: "), std::string::npos) << refused.err;
  directory_.write("fatespec.yaml", "suites: [suite.yaml]\nslurm: {partition: none-such}\n");
  EXPECT_EQ(run(cluster, "run --no-progress --on slurm").status, 2);
  EXPECT_EQ(cluster.ask("squeue -h"), "");
}

TEST_F(SlurmTest, ATestThatTakesItsNodeDownCannotLoop) {
  SlurmCluster cluster(3, SlurmCluster::Nodes::machines);
  directory_.write("results.jsonl", "");
  BackgroundRun going(
      directory_,
      sleepers(12, 0.2) + "  - {name: killer, spec: 'echo >>" + directory_ / "runs" + "; sleep 600', timeout: none}\n",
      "--no-progress --on slurm", cluster.environment());
  for (int times = 1; times <= 2; ++times) {
    ASSERT_TRUE(wait_until([&] { return read_file(directory_ / "runs").size() == static_cast<std::size_t>(times); },
                           std::chrono::seconds(120)))
        << going.out();
    ASSERT_TRUE(wait_until([&] { return told() == 12 && cluster.ask("squeue -h -t R | wc -l") == "1\n"; },
                           std::chrono::seconds(60)))
        << cluster.ask("squeue");
    const std::string node = cluster.ask("squeue -h -t R -o %N | head -n 1");
    ASSERT_EQ(node.size(), 3U) << cluster.ask("squeue");
    cluster.kill_node(node[1] - '0');
  }
  EXPECT_EQ(going.wait(), 3) << going.out();
  EXPECT_NE(going.out().find("error   s/killer  node lost: 2 nodes were lost while it ran"), std::string::npos)
      << going.out();
  EXPECT_EQ(counts(), "13|13|12\n");
  EXPECT_EQ(read_file(directory_ / "runs").size(), 2U);
}

TEST_F(SlurmTest, BoardsAreHandedOutByTheCluster) {
  if (const std::string why = no_ssh_server(); !why.empty()) GTEST_SKIP() << why;
  const SlurmCluster cluster;
  const SshServer first;
  const SshServer second;
  directory_.write(
      "fatespec.yaml",
      "suites: [suite.yaml]\nconfigurations: {one: {target: pi1}, two: {target: pi2}}\ntargets:\n  pi1: {" +
          first.target("gres: 'board:pi1:1', lock_wait: 1s") + "}\n  pi2: {" +
          second.target("gres: 'board:pi2:1', lock_wait: 1s") + "}\n");
  // Several shards each: two at once at a board would have to wait for its lock longer than they are allowed to.
  write_suite(sleepers(12, 0.3) + "  - {name: size, spec: '{FILESIZE} suite.yaml', expect: {size: {min: 1}}}\n");
  const auto done = run(cluster, "run --no-progress --on slurm --json run.jsonl");
  EXPECT_EQ(done.status, 0) << done.out << done.err;
  std::map<std::string, int> targets;
  for (const auto& line : json_lines(read_file(directory_ / "run.jsonl"), "test_finished"))
    ++targets[line.at("configuration").get<std::string>() + " " + line.at("target").get<std::string>()];
  EXPECT_EQ(targets,
            (std::map<std::string, int>{{"one local", 1}, {"one pi1", 12}, {"two local", 1}, {"two pi2", 12}}));
}

TEST_F(SlurmTest, JobsThatCannotDoTheirWorkAreNotRepeatedForEver) {
  const SlurmCluster cluster(1);
  directory_.write("fatespec.yaml", "suites: [suite.yaml]\nslurm: {program: no-such-program}\n");
  write_suite("tests:\n  - {name: a, spec: 'true'}\n");
  const auto done = run(cluster, "run --no-progress --on slurm");
  EXPECT_EQ(done.status, 3) << done.err;
  EXPECT_NE(done.out.find("error   s/a  its shard's job was gone 4 times without a result: "), std::string::npos)
      << done.out;
  EXPECT_NE(done.out.find("no-such-program: not found"), std::string::npos) << done.out;
}

enum class Loss { daemon, line_for_a_while };
class NodeLossTest : public SlurmTest, public testing::WithParamInterface<Loss> {};

TEST_P(NodeLossTest, AShardThatLivesOnAfterItsNodeWasGivenUpCountsOnce) {
  SlurmCluster cluster(2, GetParam() == Loss::daemon ? SlurmCluster::Nodes::loopback : SlurmCluster::Nodes::machines);
  directory_.write("results.jsonl", "");
  std::string tests = "tests:\n";
  for (int i = 0; i < 14; ++i)  // Slurm takes its time to give a node up
    tests += "  - {name: t" + std::to_string(i) + ", spec: 'echo >>" + directory_ / "runs" +
             "; sleep 6', locks: [together]}\n";
  BackgroundRun going(directory_, tests, "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return !read_file(directory_ / "runs").empty(); }, std::chrono::seconds(60)));
  // The node's job goes on, and Slurm hears of it no more.
  const int node = cluster.ask("squeue -h -t R -o %N").at(1) - '0';
  if (GetParam() == Loss::daemon) cluster.kill_daemon(node);
  else cluster.pull_cable(node);
  if (GetParam() == Loss::line_for_a_while) {
    const auto lost = [&] { return going.out().find("was lost (another attempt") != std::string::npos; };
    ASSERT_TRUE(wait_until(lost, std::chrono::seconds(120))) << going.out();
    cluster.put_cable_back(node);
  }
  EXPECT_EQ(going.wait(), 0) << going.out();
  // On a busy machine Slurm may give the other node up as well.
  const auto losses = losses_in(going.out());
  EXPECT_GE(losses, 1U) << going.out();
  EXPECT_EQ(counts(), "14|14|14\n");
  EXPECT_EQ(told(), 14U);
  // Only what had no result ran again: the test that was under way, and the one that the old attempt began meanwhile.
  EXPECT_GE(read_file(directory_ / "runs").size(), 14 + losses) << going.out();
  EXPECT_LE(read_file(directory_ / "runs").size(), 14 + 2 * losses) << going.out();
}
INSTANTIATE_TEST_SUITE_P(OfTwoKinds, NodeLossTest, testing::Values(Loss::daemon, Loss::line_for_a_while),
                         [](const auto& loss) {
                           return loss.param == Loss::daemon ? "TheDaemonIsKilled" : "TheLineIsCutForAWhile";
                         });

TEST_F(SlurmTest, WhoeverSubmittedMayDieAndAnotherGoesOn) {
  const SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  BackgroundRun going(directory_, sleepers(60, 0.3), "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 3; }, std::chrono::seconds(60))) << going.out();
  going.send(SIGKILL);
  going.wait();
  const auto attached = run(cluster, "attach " + run_id() + " --no-progress --json more.jsonl");
  EXPECT_EQ(attached.status, 0) << attached.out << attached.err;
  EXPECT_NE(attached.out.find("goes on: "), std::string::npos) << attached.out;
  EXPECT_EQ(counts(), "60|60|60\n");
  const auto again = run(cluster, "attach " + run_id());
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("is it complete? `fatespec runs` lists them"), std::string::npos) << again.err;
}

TEST_F(SlurmTest, AttachMissesNoTestThatWasSubmitted) {
  const SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  // The last shards wait for a place until the spec file has changed: what began by then goes on after that.
  std::string tests = sleepers(2, 0.3);
  for (int i = 2; i < 20; ++i)
    tests +=
        "  - {name: t" + std::to_string(i) + ", spec: 'until test -e " + directory_ / "go" + "; do sleep 0.1; done'}\n";
  BackgroundRun going(directory_, tests, "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 1; }, std::chrono::seconds(60))) << going.out();
  going.send(SIGKILL);
  going.wait();
  const std::string last = "  - {name: t19, ";
  std::string suite = read_file(directory_ / "suite.yaml");
  suite.resize(suite.find(last));
  directory_.write("suite.yaml", suite);
  directory_.write("go", "");
  const auto attached = run(cluster, "attach " + run_id() + " --no-progress");
  EXPECT_EQ(attached.status, 3) << attached.out << attached.err;
  EXPECT_NE(attached.out.find("error   s/t19  the spec files have changed since the run was submitted"),
            std::string::npos)
      << attached.out;
  EXPECT_EQ(counts(), "20|20|19\n");
}

TEST_F(SlurmTest, AnInterruptionCancelsAndKeepsWhatThereIs) {
  const SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  BackgroundRun going(directory_, sleepers(60, 0.3), "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 3; }, std::chrono::seconds(60))) << going.out();
  going.send(SIGINT);
  EXPECT_EQ(going.wait(), 130) << going.out();
  EXPECT_NE(going.out().find("go on:   fatespec attach " + run_id()), std::string::npos) << going.out();
  EXPECT_TRUE(nothing_is_queued(cluster));
  const std::string kept = counts();
  EXPECT_NE(kept.substr(0, 2), "60") << kept;
  const auto attached = run(cluster, "attach " + run_id() + " --no-progress");
  EXPECT_EQ(attached.status, 0) << attached.out << attached.err;
  EXPECT_EQ(counts(), "60|60|60\n");
}

// It may end by the signal a moment before the shard, which has nothing else to do, hears of its own.
TEST_F(SlurmTest, ALastTestThatIsEndedWithItsShardRunsAgain) {
  const SlurmCluster cluster;
  std::string tests = "tests:\n";
  for (const char* name : {"a", "b", "c", "d"})
    tests += std::string("  - {name: ") + name + ", spec: 'mkdir " + directory_ / name +
             " || exit 0; kill -TERM $PPID $$'}\n";
  write_suite(tests);
  const auto done = run(cluster, "run --no-progress --on slurm");
  EXPECT_EQ(done.status, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("4 tests: 4 pass"), std::string::npos) << done.out;
}

TEST_F(SlurmTest, CancelEndsARunFromElsewhere) {
  const SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  BackgroundRun going(directory_, sleepers(30, 1), "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 1; }, std::chrono::seconds(60))) << going.out();
  const auto cancelled = run(cluster, "cancel " + run_id());
  EXPECT_EQ(cancelled.status, 0) << cancelled.err;
  EXPECT_NE(cancelled.out.find("is being cancelled by whoever follows it"), std::string::npos) << cancelled.out;
  EXPECT_EQ(going.wait(), 130) << going.out();
  EXPECT_NE(going.out().find("cut short by fatespec cancel"), std::string::npos) << going.out();
  EXPECT_TRUE(nothing_is_queued(cluster));
  // Nobody follows it any more: cancel itself keeps what there is.
  const auto again = run(cluster, "cancel " + run_id() + " --no-progress");
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_NE(again.out.find("cut short by fatespec cancel"), std::string::npos) << again.out;
}

TEST_F(SlurmTest, CancelNeedsNoSpecs) {
  const SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  BackgroundRun going(directory_, sleepers(30, 1), "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 1; }, std::chrono::seconds(60))) << going.out();
  going.send(SIGKILL);
  going.wait();
  const std::string suite = read_file(directory_ / "suite.yaml");
  directory_.write("suite.yaml", "tests: [");
  EXPECT_EQ(run(cluster, "cancel latest --json - --junit -").status, 2);
  EXPECT_EQ(run(cluster, "cancel latest~1").status, 2);
  const auto cancelled = run(cluster, "cancel latest --no-progress");
  EXPECT_EQ(cancelled.status, 0) << cancelled.out << cancelled.err;
  EXPECT_NE(cancelled.out.find("the jobs of run " + run_id() + " are cancelled"), std::string::npos) << cancelled.out;
  EXPECT_TRUE(nothing_is_queued(cluster));
  // It goes on from another directory, into a file that is named from there.
  directory_.write("suite.yaml", suite);
  directory_.write("sub/x", "");
  const auto attached = shell(
      cluster.environment() + " sh -c 'cd sub && " FATESPEC_PROGRAM " attach latest --no-progress --results mine.db'",
      directory_.path());
  EXPECT_EQ(attached.status, 0) << attached.out << attached.err;
  EXPECT_TRUE(std::filesystem::exists(directory_ / "sub/mine.db"));
}

TEST_F(SlurmTest, ARunWithoutResultsIsFollowedByOneProcess) {
  const SlurmCluster cluster;
  BackgroundRun going(directory_, sleepers(30, 1), "--no-progress --on slurm --results none", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 1; }, std::chrono::seconds(60))) << going.out();
  const std::string out = going.out();
  const std::string run_id = out.substr(out.find("run ") + 4, 12);
  const auto attached = run(cluster, "attach " + run_id + " --no-progress");
  EXPECT_EQ(attached.status, 3) << attached.out << attached.err;
  EXPECT_NE(attached.err.find("another process follows run " + run_id), std::string::npos) << attached.err;
  const auto cancelled = run(cluster, "cancel " + run_id);
  EXPECT_EQ(cancelled.status, 0) << cancelled.err;
  EXPECT_NE(cancelled.out.find("is being cancelled by whoever follows it"), std::string::npos) << cancelled.out;
  EXPECT_EQ(going.wait(), 130) << going.out();
}

TEST_F(SlurmTest, ASubmissionWhoseAnswerWasLostIsNotRepeated) {
  const SlurmCluster cluster;
  directory_.write(
      "bin/sbatch",
      "#!/bin/sh\n[ -e asked ] && exec /usr/bin/sbatch \"$@\"\n/usr/bin/sbatch \"$@\" >asked\n"
      "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller' >&2\nexit 1\n");
  shell("chmod +x bin/sbatch", directory_.path());
  write_suite("tests:\n  - {name: a, spec: 'echo >>" + directory_ / "runs" + "; sleep 3'}\n");
  const auto there =
      shell("env PATH=$PWD/bin:$PATH " + cluster.environment() + " " FATESPEC_PROGRAM " run --no-progress --on slurm",
            directory_.path());
  EXPECT_EQ(there.status, 0) << there.out << there.err;
  EXPECT_NE(there.out.find("Unable to contact slurm controller; once more in 1 s"), std::string::npos) << there.out;
  EXPECT_EQ(there.out.find("was lost"), std::string::npos) << there.out;
  EXPECT_EQ(read_file(directory_ / "runs").size(), 1U) << "it ran once";
}

TEST_F(SlurmTest, AControllerThatIsAwayForAWhileStopsNothing) {
  SlurmCluster cluster;
  directory_.write("results.jsonl", "");
  BackgroundRun going(directory_, sleepers(120, 0.6), "--no-progress --on slurm", cluster.environment());
  ASSERT_TRUE(wait_until([&] { return told() > 6; }, std::chrono::seconds(60))) << going.out();
  cluster.stop_controller();
  ASSERT_TRUE(wait_until([&] { return going.out().find("Slurm does not answer (") != std::string::npos; }))
      << going.out();
  cluster.start_controller();
  EXPECT_EQ(going.wait(), 0) << going.out();
  EXPECT_EQ(counts(), "120|120|120\n");
}

}  // namespace
}  // namespace fatespec::test
