// What signals to the runner do to its tests.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/support.hpp"

namespace fatespec {
namespace {

using test::TemporaryDirectory;
using test::wait_until;
using namespace std::chrono_literals;

/// `fatespec run s.yaml` in the background, its scratch directory in DIRECTORY/tmp.
class Runner {
 public:
  Runner(const TemporaryDirectory& directory, const std::string& arguments) {
    std::filesystem::create_directories(directory / "tmp");
    const std::string command = "cd " + directory.path().string() + " && TMPDIR=" + directory / "tmp" +
                                " exec " FATESPEC_PROGRAM " run s.yaml " + arguments + " >out 2>&1 </dev/null";
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
  }

  void send(int signal) const { ::kill(pid_, signal); }
  int wait() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// True if it has a file open whose path ends so.
  bool has_open(const std::string& end) const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd", ignored))
      if (std::filesystem::read_symlink(entry.path(), ignored).string().ends_with(end)) return true;
    return false;
  }
  /// Its state as in proc(5).
  char state() const { return state_of(pid_); }
  static char state_of(pid_t pid) {
    const std::string text = test::read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto end = text.rfind(')');
    return end == std::string::npos ? '?' : text[end + 2];
  }

 private:
  pid_t pid_ = -1;
};

TEST(Signals, AKilledRunnerLeavesNoDirectoryWithALongNameBehind) {
  const TemporaryDirectory directory;
  const std::string deep = directory / (std::string(200, 'd') + "/" + std::string(200, 'e'));
  std::filesystem::create_directories(deep);
  const std::string seconds = test::unshared_seconds();
  directory.write(
      "s.yaml", "tests: [{name: a, spec: 'echo x >file; touch " + directory / "ready" + "; sleep " + seconds + "'}]\n");
  test::shell("TMPDIR=" + deep +
                  " " FATESPEC_PROGRAM
                  " run s.yaml --results none >/dev/null & pid=$!; "
                  "until test -e ready; do sleep 0.01; done; kill -KILL $pid; wait $pid",
              directory.path());
  EXPECT_TRUE(wait_until([&] { return std::filesystem::is_empty(deep); })) << test::shell("find " + deep).out;
  EXPECT_TRUE(wait_until([&] { return !test::process_exists(seconds); }));
}

TEST(Signals, AKilledRunnerLeavesNoProcessAndNoDirectoryBehind) {
  const TemporaryDirectory directory;
  const std::string mark = directory.path().filename().string();
  const std::string seconds = test::unshared_seconds();
  // The worst that is known: it leaves its session and cleans its environment.
  directory.write("s.yaml",
                  "suite: s\ntests:\n"
                  "  - {name: daemon, spec: 'setsid -f env -i sleep " +
                      seconds + " ; touch " + directory / "daemon" +
                      "; sleep 1000'}\n"
                      "  - {name: tree, spec: '" FATESPEC_MISBEHAVE " leave-and-hang 0 " +
                      mark + " & echo x >file; touch " + directory / "tree" + "; wait'}\n");
  Runner runner(directory, "--jobs 2 --results none");
  ASSERT_TRUE(wait_until(
      [&] { return std::filesystem::exists(directory / "daemon") && std::filesystem::exists(directory / "tree"); }));
  std::this_thread::sleep_for(200ms);  // what the guardian promises holds for what is older than 50 ms
  runner.send(SIGKILL);
  runner.wait();
  EXPECT_TRUE(wait_until([&] { return !test::process_exists(seconds); }));
  EXPECT_TRUE(wait_until([&] { return !test::process_exists("misbehave leave-and-hang 0 " + mark); }));
  EXPECT_TRUE(wait_until([&] { return std::filesystem::is_empty(directory / "tmp"); }));
}

// The processes of the test are gone already, and its directory is only read.
TEST(Signals, ARunnerThatIsKilledWhileItJudgesLeavesNoDirectoryBehind) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: t, spec: '{MD5FILE,$TEST_DIR/big} truncate -s 200G $TEST_DIR/big'}]\n");
  Runner runner(directory, "--results none");
  ASSERT_TRUE(wait_until([&] { return runner.has_open("/big"); }));
  runner.send(SIGKILL);
  runner.wait();
  EXPECT_TRUE(wait_until([&] { return std::filesystem::is_empty(directory / "tmp"); }));
}

/// Runs of one suite, each of whose tests writes its name into `log`, that are killed and resumed.
class KilledRuns {
 public:
  static constexpr int tests = 600;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr int kills = 20;  // a start takes ten times as long
#else
  static constexpr int kills = 200;
#endif

  KilledRuns() {
    std::string suite = "suite: s\ntests:\n";
    for (int i = 0; i < tests; ++i)
      suite += fmt::format("  - {{name: t{0}, spec: 'echo s/t{0} >>{1}{2}'}}\n", i, directory_ / "log",
                           i % 7 == 0    ? "; false"
                           : i % 11 == 0 ? "; sleep 0.02"
                                         : "");
    directory_.write("s.yaml", suite);
    const auto before = std::chrono::steady_clock::now();
    start_over();
    Runner(directory_, arguments("--filter s/t1")).wait();
    // Long enough for some results, which are stored every 50 ms, and short enough for kills before the first of them.
    longest_ = shortest_ = (std::chrono::steady_clock::now() - before) * 2 + 50ms;
  }

  /// Starts or resumes the run, and kills it after that share of the longest time. True if it was complete before.
  bool kill_after(double share) {
    const std::string json = "json" + std::to_string(processes_++);
    Runner runner(directory_, arguments("--json " + json + (resumed_ ? " --resume" : "")));
    resumed_ = true;
    std::this_thread::sleep_for(longest_ * share);  // the moment is what is tested: nothing is waited for
    runner.send(SIGKILL);
    const bool complete = runner.wait() == 1;
    look_at_starts();
    int told = 0;
    for (const auto& line : test::json_lines(test::read_file(directory_ / json), "test_finished"))
      told += told_.insert(line["test"]).second ? 1 : 0;
    told_in_all_ += told;
    // How long a start takes depends on what else runs: kills shall meet runners before and after their first result.
    longest_ = told == 0 ? longest_ * 5 / 4 : std::max(shortest_, longest_ * 9 / 10);
    return complete;
  }

  /// What a run that is complete must be, and the beginning of another.
  void end_and_start_over() {
    Runner(directory_, arguments(resumed_ ? "--resume" : "")).wait();
    look_at_starts();
    const auto shown = json_of_latest();
    EXPECT_EQ(shown.size(), std::size_t{tests});
    std::set<std::string> names;
    for (const auto& line : shown) {
      const std::string name = line["test"];
      EXPECT_TRUE(names.insert(name).second) << name << " has two results";
      EXPECT_EQ(line["verdict"], std::stoi(name.substr(3)) % 7 == 0 ? "fail" : "pass") << name;
    }
    start_over();
  }

  int told_in_all() const { return told_in_all_; }
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  static std::string arguments(const std::string& more) { return "--jobs 6 -q --results r.db " + more; }

  void start_over() {
    resumed_ = false;
    told_.clear();
    seen_ = 0;
    directory_.write("log", "");
  }

  /// Nothing that has a result may have started again.
  void look_at_starts() {
    const std::string log = test::read_file(directory_ / "log");
    std::istringstream starts(log.substr(seen_));
    seen_ = log.size();
    for (std::string name; starts >> name;) EXPECT_FALSE(told_.contains(name)) << name << " had a result and ran again";
  }

  std::vector<nlohmann::json> json_of_latest() const {
    const auto report = test::fatespec("report latest --format json --results r.db", directory_.path());
    EXPECT_EQ(report.err, "");
    return test::json_lines(report.out, "test_finished");
  }

  TemporaryDirectory directory_;
  std::chrono::steady_clock::duration shortest_{};
  std::chrono::steady_clock::duration longest_{};
  bool resumed_ = false;
  int processes_ = 0;
  int told_in_all_ = 0;
  std::set<std::string> told_;  ///< tests of this run whose results were told
  std::size_t seen_ = 0;        ///< of the log
};

TEST(Kills, LoseNoResultAndDoubleNone) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  KilledRuns runs;
  for (int kill = 0; kill < KilledRuns::kills && !::testing::Test::HasFailure(); ++kill)
    if (runs.kill_after(std::uniform_real_distribution()(random))) runs.end_and_start_over();
  EXPECT_GT(runs.told_in_all(), KilledRuns::kills) << "most of the kills met a runner that had not begun";
  runs.end_and_start_over();
  EXPECT_TRUE(wait_until([&] { return std::filesystem::is_empty(runs.directory() / "tmp"); }));
}

TEST(Signals, TheLockOfAKilledRunnerGoesWithTheNextRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'touch " + directory / "ready" + "; sleep 1000'}]\n");
  const auto locks = [&] { return test::shell("ls -A | grep -c '^r.db[.][0-9a-f]*[.]lock$'", directory.path()).out; };
  // A user's copies, that of 23:59 in digits alone.
  const std::vector<std::string> copies = {"r.db.202601312359", "r.db.202601312359.lock", "r.db.old"};
  for (const auto& copy : copies) directory.write(copy, "results");
  Runner killed(directory, "--results r.db");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  EXPECT_EQ(locks(), "2\n");
  killed.send(SIGKILL);
  killed.wait();
  std::filesystem::remove(directory / "ready");
  Runner going(directory, "--results r.db");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  EXPECT_EQ(locks(), "2\n") << "its own";
  // One that is held stays.
  directory.write("t.yaml", "tests: [{name: a, spec: 'true'}]\n");
  EXPECT_EQ(test::fatespec("run t.yaml --results r.db", directory.path()).status, 0);
  EXPECT_EQ(locks(), "2\n");
  going.send(SIGINT);
  EXPECT_EQ(going.wait(), 130);
  EXPECT_EQ(locks(), "1\n");
  for (const auto& copy : copies) EXPECT_EQ(test::read_file(directory / copy), "results");
}

/// Stops the runner once its process has made the file `ready`; returns that process, whose number is in `pid`.
pid_t stop_with_its_process(const Runner& runner, const TemporaryDirectory& directory) {
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  const pid_t pid = std::stoi(test::read_file(directory / "pid"));
  runner.send(SIGTSTP);
  EXPECT_TRUE(wait_until([&] { return runner.state() == 'T'; }));
  EXPECT_TRUE(wait_until([&] { return Runner::state_of(pid) == 'T'; }));
  return pid;
}

TEST(Signals, AStoppedRunnerStopsItsTestsAndTheirClocks) {
  const TemporaryDirectory directory;
  // The shell waits in itself: one that has just forked for a program may be asleep until that program begins, and is
  // then no longer to be told from one that runs.
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: t, timeout: 1s, spec: 'echo $$ >" + directory / "pid" +
                                "; mkfifo " + directory / "go" + "; touch " + directory / "ready" + "; read line <" +
                                directory / "go" + "'}\n");
  Runner runner(directory, "--results none --json run.json");
  stop_with_its_process(runner, directory);
  const base::FileDescriptor go(::open((directory / "go").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::write(go.get(), "go\n", 3), 3);
  std::this_thread::sleep_for(1200ms);  // longer than the timeout: that must not count
  runner.send(SIGCONT);
  EXPECT_EQ(runner.wait(), 0) << test::read_file(directory / "out");
  EXPECT_NE(test::read_file(directory / "run.json").find("\"verdict\":\"pass\""), std::string::npos);
}

TEST(Signals, AStoppedRunnerStopsItsProbes) {
  const TemporaryDirectory directory;
  const std::string probe = "echo $$ >" + directory / "pid" + "; mkfifo " + directory / "go" + "; touch " +
                            directory / "ready" + "; read line <" + directory / "go";
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: t, spec: 'true', only_if: {probe: '" + probe + "'}}\n");
  Runner runner(directory, "--results none --json run.json");
  const pid_t pid = stop_with_its_process(runner, directory);
  runner.send(SIGCONT);
  EXPECT_TRUE(wait_until([&] { return Runner::state_of(pid) != 'T'; }));
  const base::FileDescriptor go(::open((directory / "go").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::write(go.get(), "go\n", 3), 3);
  EXPECT_EQ(runner.wait(), 0) << test::read_file(directory / "out");
  EXPECT_NE(test::read_file(directory / "run.json").find("\"verdict\":\"pass\""), std::string::npos);
}

TEST(Signals, RepetitionsThatAreInterruptedAreTold) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'echo x; echo >>" + directory / "log" + "'}]\n");
  Runner runner(directory, "--stress 5000 --jobs 1");
  ASSERT_TRUE(wait_until([&] { return test::read_file(directory / "log").size() >= 3; }));
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  const std::string out = test::read_file(directory / "out");
  EXPECT_NE(out.find("s/a  the same output "), std::string::npos) << out;
  EXPECT_NE(out.find("1 test: 1 pass"), std::string::npos) << out;
}

// What a crash needs no other combination for is kept; what the others might still contradict is not claimed.
TEST(Signals, CombinationsThatAreInterruptedKeepWhatIsCertain) {
  const TemporaryDirectory directory;
  const std::string spec =
      "case $A in 1) kill -SEGV $$ ;; 2) echo x ;; 3) touch " + directory / "ready" + "; sleep 1000 ;; esac";
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: m, agree: true, matrix: {A: ['1', '2', '3']}, spec: '" + spec + "'}\n");
  Runner runner(directory, "--jobs 1 --order file");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  const std::string out = test::read_file(directory / "out");
  EXPECT_NE(out.find("1 test: 1 crash"), std::string::npos) << out;
  EXPECT_NE(out.find("2 of 3 tests have no result"), std::string::npos) << out;
  EXPECT_EQ(out.find("exactly when"), std::string::npos) << out;
}

// Five seconds would be those of a test that ignores the request to end.
TEST(Signals, TheSecondInterruptWaitsForNothing) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'trap \"touch " + directory / "asked" +
                                "\" TERM; touch " + directory / "ready" + "; while :; do sleep 0.1; done'}]\n");
  Runner runner(directory, "--jobs 1");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  runner.send(SIGINT);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "asked"); }));
  const auto before = std::chrono::steady_clock::now();
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 4s);
}

TEST(Signals, TheFirstInterruptSaysHowToGoOn) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: a, spec: 'touch " + directory / "ready" +
                                "; sleep 1000'}\n"
                                "  - {name: b, spec: 'true'}\n");
  Runner runner(directory, "--jobs 1 --json run.json");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  const std::string out = test::read_file(directory / "out");
  EXPECT_NE(out.find("go on:   fatespec run s.yaml --jobs 1 --json run.json --resume"), std::string::npos) << out;
  const auto finished = test::json_lines(test::read_file(directory / "run.json"), "run_finished");
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_EQ(finished[0]["exit"], 130);
}

TEST(Signals, WhatFailsIsShownAndWrittenWhileOthersRun) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: slow, spec: 'until test -e " + directory / "go" +
                                "; do sleep 0.05; done'}\n  - {name: bad, spec: exit 3}\n");
  Runner runner(directory, "--jobs 2 --order file --json run.json");
  const auto has = [&](const char* file, const char* text) {
    return test::read_file(directory / file).find(text) != std::string::npos;
  };
  EXPECT_TRUE(wait_until([&] { return has("out", "s/bad  status 3, expected 0"); }));
  EXPECT_TRUE(wait_until([&] { return has("run.json", "\"s/bad\""); }));
  EXPECT_FALSE(has("run.json", "run_finished"));
  directory.write("go", "");
  EXPECT_EQ(runner.wait(), 1);
}

TEST(Signals, NohupIsRespected) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'touch " + directory / "ready" + "; until test -e " +
                                directory / "go" + "; do sleep 0.05; done'}]\n");
  ::signal(SIGHUP, SIG_IGN);
  Runner runner(directory, "--jobs 1");
  ::signal(SIGHUP, SIG_DFL);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  runner.send(SIGHUP);
  directory.write("go", "");
  EXPECT_EQ(runner.wait(), 0) << test::read_file(directory / "out");
}

// An attempt that failed is no result while others are left: whoever resumes the run makes them.
TEST(Signals, AFailedAttemptOfAnInterruptedRunIsNoResult) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'test -e " + directory / "asked" +
                                " && exit 0; trap \"touch " + directory / "asked" +
                                "\" TERM; while :; do sleep 0.1; done', timeout: 300ms, retries: 2}]\n");
  Runner runner(directory, "--jobs 1");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "asked"); })) << "by its timeout";
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130) << test::read_file(directory / "out");
  const auto resumed = test::fatespec("run s.yaml --resume", directory.path());
  EXPECT_NE(resumed.out.find("1 test: 1 pass"), std::string::npos) << resumed.out << resumed.err;
}

}  // namespace
}  // namespace fatespec
