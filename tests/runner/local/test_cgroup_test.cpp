// Where the kernel gives no cgroups to us these are skipped; scripts/cgroup-machine runs them on one that does.
#include "runner/local/test_cgroup.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "runner/limits.hpp"
#include "runner/local/launcher.hpp"
#include "runner/local/local_executor.hpp"
#include "tests/support/support.hpp"

namespace fatespec::runner {
namespace {

namespace fs = std::filesystem;
using test::process_exists;
using test::TemporaryDirectory;
using test::unshared_seconds;
using namespace std::chrono_literals;

class TestCgroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = TestCgroups::open();
    if (!opened) GTEST_SKIP() << "no cgroups for tests: " << opened.error().str();
    cgroups_ = std::move(opened).value();
  }

  /// What a shell inside the group says, once it has ended.
  std::string say_inside(const TestCgroup& cgroup, const std::string& script) {
    const pid_t shell = start_inside(cgroup, script);
    EXPECT_EQ(::waitpid(shell, nullptr, 0), shell);
    return test::read_file(directory_ / "out");
  }

  pid_t start_inside(const TestCgroup& cgroup, const std::string& script) {
    const base::FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const base::FileDescriptor out(
        ::open((directory_ / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    const std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LC_ALL=C"};
    LaunchRequest request;
    request.program = "/bin/sh";
    request.words = {"sh", "-c", script};
    request.environment = &environment;
    request.directory = directory_.path().string();
    request.stdin_fd = null.get();
    request.stdout_fd = request.stderr_fd = out.get();
    request.cgroup_fd = cgroup.entrance();
    return launch(request).pid;
  }

  /// Where the group is in the file system.
  fs::path place_of(const TestCgroup& cgroup) {
    const std::string groups = say_inside(cgroup, "cat /proc/self/cgroup");
    const auto start = groups.find("0::/");
    return fs::path("/sys/fs/cgroup") / groups.substr(start + 4, groups.find('\n', start) - start - 4);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<TestCgroups> cgroups_;
};

TEST_F(TestCgroupTest, ATaskTooManyIsRefused) {
  TestCgroup* cgroup = cgroups_->take(3);
  ASSERT_NE(cgroup, nullptr);
  EXPECT_NE(say_inside(*cgroup, "sleep 60 & sleep 60 & sleep 60 & wait").find("Cannot fork"), std::string::npos);
  EXPECT_TRUE(cgroup->has_refused());
  EXPECT_EQ(cgroup->count(), 2U);
  EXPECT_EQ(cgroup->tasks().size(), 2U);
  for (const pid_t task : cgroup->tasks()) ::kill(task, SIGKILL);
  EXPECT_TRUE(test::wait_until([&] {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return cgroup->count() == 0;
  })) << "they are ours to wait for where we are a subreaper";
}

TEST_F(TestCgroupTest, TheNextTestBeginsAnew) {
  TestCgroup* cgroup = cgroups_->take(1);
  ASSERT_NE(cgroup, nullptr);
  say_inside(*cgroup, "sleep 0 & wait");
  EXPECT_TRUE(cgroup->has_refused());
  cgroups_->give_back(cgroup);
  ASSERT_EQ(cgroups_->take(2), cgroup);
  EXPECT_FALSE(cgroup->has_refused());
  EXPECT_EQ(say_inside(*cgroup, "sleep 0 & wait; echo well"), "well\n");
  EXPECT_FALSE(cgroup->has_refused());
}

TEST_F(TestCgroupTest, OnceForbiddenNothingStarts) {
  TestCgroup* cgroup = cgroups_->take(10);
  ASSERT_NE(cgroup, nullptr);
  cgroup->forbid_tasks();
  EXPECT_NE(say_inside(*cgroup, "sleep 0 & wait").find("Cannot fork"), std::string::npos);
  cgroups_->give_back(cgroup);
  ASSERT_EQ(cgroups_->take(10), cgroup);
  EXPECT_EQ(say_inside(*cgroup, "sleep 0 & wait; echo well"), "well\n");
}

TEST_F(TestCgroupTest, TheLastOneOutLeavesTheCgroupAsItWas) {
  TestCgroup* cgroup = cgroups_->take(10);
  ASSERT_NE(cgroup, nullptr);
  const fs::path place = place_of(*cgroup);
  const fs::path control = place.parent_path() / "cgroup.subtree_control";
  auto second = TestCgroups::open();
  ASSERT_TRUE(second);
  ASSERT_NE(second.value()->take(10), nullptr);
  cgroups_.reset();
  EXPECT_FALSE(fs::exists(place));
  EXPECT_EQ(test::read_file(control), "pids\n") << "another runner's tests need it";
  second = base::Error{};
  EXPECT_EQ(test::read_file(control), "");
}

TEST_F(TestCgroupTest, AKilledRunnersGroupsAreEndedWithWhatIsInThem) {
  TestCgroup* cgroup = cgroups_->take(10);
  ASSERT_NE(cgroup, nullptr);
  const fs::path place = place_of(*cgroup);
  const std::string seconds = unshared_seconds();
  const pid_t shell = start_inside(*cgroup, "env -i setsid sleep " + seconds + " & exec sleep " + seconds);
  ASSERT_TRUE(test::wait_until([&] { return process_exists(seconds); }));
  TestCgroups::end_those_of(::getpid());
  ::waitpid(shell, nullptr, 0);
  EXPECT_FALSE(process_exists(seconds));
  TestCgroups::end_those_of(::getpid());  // the shell was a zombie of ours
  EXPECT_FALSE(fs::exists(place));
}

long groups_of(pid_t runner, const fs::path& place) {
  const std::string prefix = "fatespec-" + std::to_string(runner) + "-";
  return std::count_if(fs::directory_iterator(place), {},
                       [&](const auto& entry) { return entry.path().filename().string().starts_with(prefix); });
}

TEST_F(TestCgroupTest, GroupsOfARunnerThatIsGoneAreRemoved) {
  const pid_t runner = ::fork();
  if (runner == 0) {
    auto cgroups = TestCgroups::open();
    ::_exit(cgroups && cgroups.value()->take(10) != nullptr ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(runner, &status, 0), runner);
  ASSERT_EQ(status, 0);
  TestCgroup* cgroup = cgroups_->take(10);
  ASSERT_NE(cgroup, nullptr);
  const fs::path ours = place_of(*cgroup).parent_path();
  EXPECT_EQ(groups_of(runner, ours), 1);
  EXPECT_TRUE(TestCgroups::open());
  EXPECT_EQ(groups_of(runner, ours), 0);
}

TEST_F(TestCgroupTest, ARunnerThatIsATestHasGroupsOfItsOwn) {
  TestCgroup* outer = cgroups_->take(10);
  ASSERT_NE(outer, nullptr);
  const fs::path place = place_of(*outer);
  const pid_t runner = ::fork();
  if (runner == 0) {
    (void)!::write(outer->entrance(), "0", 1);
    auto cgroups = TestCgroups::open();
    TestCgroup* inner = cgroups ? cgroups.value()->take(1) : nullptr;
    if (inner == nullptr) ::_exit(1);
    say_inside(*inner, "sleep 0 & wait");
    ::_exit(inner->has_refused() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(runner, &status, 0), runner);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(outer->has_refused());
  cgroups_.reset();
  EXPECT_FALSE(fs::exists(place)) << "with what the runner inside has left";
}

class DroppedOutput final : public OutputSink {
 public:
  std::span<char> space() override { return buffer_; }
  void commit(std::size_t) override {}
  void when_space(std::function<void()>) override {}

 private:
  std::array<char, 4096> buffer_{};
};

class CgroupExecutionTest : public TestCgroupTest {
 protected:
  ExecutionRequest request(const std::string& command) {
    ExecutionRequest made;
    made.command = command;
    made.marker = "TEST_DIR=" + directory_.path().string();
    made.environment = std::make_shared<const std::vector<std::string>>(
        std::vector<std::string>{"PATH=/usr/bin:/bin", "LC_ALL=C", made.marker});
    made.directory = directory_.path().string();
    made.timeout = 60s;
    return made;
  }
  DroppedOutput dropped_;
};

TEST_F(CgroupExecutionTest, WhatForksWithoutEndIsStoppedWhileNobodyLooks) {
  boost::asio::io_context loop;
  LocalExecutor executor(loop, {.look = 1h});
  model::Execution result;
  // The end of what leaves its output open to others would be seen at a look.
  const std::string never = directory_ / "never";
  ExecutionRequest bomb =
      request("mkfifo " + never + "; while :; do (exec >/dev/null 2>&1; read nothing <" + never + ") & done");
  bomb.limits.processes = 5;
  const auto running = executor.execute(std::move(bomb), dropped_, dropped_, [&](model::Execution execution) {
    result = std::move(execution);
    executor.finish();
  });
  loop.run();
  EXPECT_EQ(result.ending, model::Ending::over_limit);
  EXPECT_EQ(result.problem, "had more than 1044 processes and threads at once");
  EXPECT_FALSE(process_exists("mkfifo " + never));
}

TEST_F(CgroupExecutionTest, WhatHidesEndsWithItsTestThoughAnOlderOneRuns) {
  boost::asio::io_context loop;
  LocalExecutor executor(loop);
  const auto older = executor.execute(request("sleep 1000"), dropped_, dropped_, [](const model::Execution&) {});
  bool hidden_lives = true;
  const std::string seconds = unshared_seconds();
  ExecutionRequest hider = request("env -i setsid sh -c 'sleep " + seconds + " >/dev/null 2>&1 & exit 0'");
  hider.marker = "TEST_DIR=another";
  const auto younger = executor.execute(std::move(hider), dropped_, dropped_, [&](const model::Execution& execution) {
    EXPECT_EQ(execution.status, 0);
    hidden_lives = process_exists(seconds);
    older->cancel(true);
  });
  loop.run();
  EXPECT_FALSE(hidden_lives);
}

}  // namespace
}  // namespace fatespec::runner
