#include "runner/local/local_executor.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runner/local/brief_wait.hpp"
#include "tests/support/support.hpp"

namespace fatespec::runner {
namespace {

namespace asio = boost::asio;
using model::Ending;
using test::process_exists;
using test::TemporaryDirectory;
using test::unshared_seconds;
using namespace std::chrono_literals;

class StringSink final : public OutputSink {
 public:
  std::span<char> space() override { return text.size() < most ? std::span<char>(buffer_) : std::span<char>(); }
  void commit(std::size_t bytes) override { text.append(buffer_.data(), bytes); }
  void when_space(std::function<void()> resume) override { resume_ = std::move(resume); }
  /// As much as there is from now on.
  void take_all() {
    most = SIZE_MAX;
    if (auto resume = std::exchange(resume_, nullptr)) resume();
  }
  std::string text;
  std::size_t most = SIZE_MAX;

 private:
  std::array<char, 4096> buffer_{};
  std::function<void()> resume_;
};

struct Ran {
  model::Execution execution;
  std::string out;
  std::string err;
};

/// The parameter is the patience with what has just been started.
class LocalExecutorTest : public ::testing::TestWithParam<base::Duration> {
 protected:
  Ran run(const std::string& command, std::optional<base::Duration> timeout = 20s,
          std::optional<base::Duration> cancel_after = {}) {
    asio::io_context loop;
    LocalExecutor executor(loop, {.grace = grace_, .leak = 100ms, .patience = GetParam()});
    StringSink out;
    StringSink err;
    asio::steady_timer busy(loop);
    if (busy_for_.count() > 0) {
      out.most = 1;
      busy.expires_after(busy_for_);
      busy.async_wait([&](auto) { out.take_all(); });
    }
    Ran ran;
    ExecutionRequest request;
    request.command = command;
    marker_ = "TEST_DIR=" + directory_.path().string();
    request.environment = std::make_shared<const std::vector<std::string>>(
        std::vector<std::string>{"PATH=/usr/bin:/bin", "LC_ALL=C", marker_});
    request.directory = directory_.path().string();
    request.marker = marker_;
    request.timeout = timeout;
    int calls = 0;
    const auto running = executor.execute(std::move(request), out, err, [&](model::Execution execution) {
      ran.execution = std::move(execution);
      ++calls;
    });
    asio::steady_timer timer(loop);
    if (cancel_after) {
      timer.expires_after(*cancel_after);
      timer.async_wait([&](auto) { running->cancel(false); });
    }
    if (cancel_at_once_) {
      running->cancel(false);
      running->cancel(true);
    }
    loop.run();
    EXPECT_EQ(calls, 1);
    ran.out = out.text;
    ran.err = err.text;
    return ran;
  }

  /// With the shortest time limit that lets the command print something: on a slow machine a shell takes its time.
  Ran run_until_ready(const std::string& command) {
    Ran ran;
    for (auto timeout = 50ms; ran.out.empty() && timeout < 20s; timeout *= 2) ran = run(command, timeout);
    EXPECT_EQ(ran.out, "ready\n");
    return ran;
  }
  TemporaryDirectory directory_;
  std::string marker_;
  base::Duration grace_ = 300ms;
  bool cancel_at_once_ = false;
  base::Duration busy_for_{0};  ///< so long the sink of stdout takes nothing but the first bytes
};

TEST_P(LocalExecutorTest, ReportsStatusStreamsAndUsage) {
  const Ran ran = run("printf out; printf err >&2; exit 3");
  EXPECT_EQ(ran.execution.ending, Ending::exited);
  EXPECT_EQ(ran.execution.status, 3);
  EXPECT_EQ(ran.out, "out");
  EXPECT_EQ(ran.err, "err");
  EXPECT_GT(ran.execution.usage.max_rss_kib, 0U);
}

// It has no process group: a signal to none would go to the first process of the machine.
TEST_P(LocalExecutorTest, WhatCouldNotBeStartedIsNotCancelled) {
  cancel_at_once_ = true;
  const auto began = std::chrono::steady_clock::now();
  const Ran ran = run("/no/such/program");
  EXPECT_EQ(ran.execution.ending, Ending::not_started);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s) << "its time limit was waited for";
}

TEST_P(LocalExecutorTest, CountsTheCpuTimeOfTheWholeTree) {
  const Ran ran = run("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; :");
  EXPECT_GT(ran.execution.usage.user + ran.execution.usage.system, 20ms);
}

TEST_P(LocalExecutorTest, SimpleCommandsNeedNoShell) {
  EXPECT_FALSE(run("/bin/sh -c 'exit 0'").execution.via_shell);
  EXPECT_TRUE(run("true | true").execution.via_shell);
}

TEST_P(LocalExecutorTest, ScriptsWithoutAnInterpreterLineRunAsAShellWouldRunThem) {
  directory_.write("script", "echo from script\n");
  std::filesystem::permissions(directory_ / "script", std::filesystem::perms::owner_all);
  EXPECT_EQ(run("./script").out, "from script\n");
}

TEST_P(LocalExecutorTest, WhatCannotBeStartedIsTold) {
  EXPECT_EQ(run("no-such-program-x a").execution.problem, "program `no-such-program-x` not found on PATH");
  EXPECT_EQ(run("/no/such/program a").execution.problem, "program `/no/such/program` not found");
  directory_.write("plain", "x");
  EXPECT_EQ(run("./plain").execution.problem, "program `./plain` is not executable");
  EXPECT_EQ(run("./plain").execution.status, 126);
  directory_.write("script", "#! /no/such/interpreter -x\n");
  std::filesystem::permissions(directory_ / "script", std::filesystem::perms::owner_all);
  EXPECT_EQ(run("./script").execution.problem, "program `./script` needs `/no/such/interpreter`, which is not there");
}

TEST_P(LocalExecutorTest, SignalsAreReported) {
  const Ran ran = run("/bin/sh -c 'kill -SEGV $$'");
  EXPECT_EQ(ran.execution.ending, Ending::signalled);
  EXPECT_EQ(ran.execution.signal, SIGSEGV);
}

TEST_P(LocalExecutorTest, StdinIsDevNull) { EXPECT_EQ(run("readlink /proc/self/fd/0").out, "/dev/null\n"); }

TEST_P(LocalExecutorTest, NoDescriptorLeaksIn) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  EXPECT_EQ(run("ls /proc/self/fd").out, "0\n1\n2\n3\n") << "three streams and ls' own directory";
  ::close(leaked);
}

TEST_P(LocalExecutorTest, SignalsAreNeitherBlockedNorIgnored) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string status = run("grep -E 'Sig(Blk|Ign)' /proc/self/status").out;
  EXPECT_EQ(status, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

// A test begins on the runner's processor where that has none, and is not kept there; nor is the runner.
TEST_P(LocalExecutorTest, TestsMayRunOnAllProcessorsThatTheRunnerMay) {
  const auto allowed = [](const std::string& process) { return "grep Cpus_allowed: /proc/" + process + "/status"; };
  const std::string ours = test::shell(allowed("self")).out;
  EXPECT_EQ(run(allowed("self")).out, ours);
  EXPECT_EQ(run("exec " + allowed("$PPID")).out, ours) << "the runner, while the test runs";
  EXPECT_EQ(run("no-such-program").execution.ending, Ending::not_started);
  EXPECT_EQ(test::shell(allowed("self")).out, ours) << "the runner, after a program that cannot be started";
}

TEST_P(LocalExecutorTest, ATimeoutEndsTheWholeTree) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run_until_ready("sleep " + seconds + " & echo ready; sleep " + seconds);
  EXPECT_EQ(ran.execution.ending, Ending::timed_out);
  EXPECT_EQ(run("sleep " + seconds, 100ms).execution.problem, "no end after 100 ms");
  EXPECT_FALSE(process_exists(seconds));
}

TEST_P(LocalExecutorTest, ATimeoutEndsWhatIgnoresTerm) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run_until_ready("trap '' TERM; sleep " + seconds + " & echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(ran.execution.ending, Ending::timed_out);
  EXPECT_EQ(ran.execution.signal, SIGKILL);
  EXPECT_FALSE(process_exists(seconds));
}

TEST_P(LocalExecutorTest, ATimeoutEndsWhatHasLeftTheGroupOrIsStopped) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run_until_ready("setsid sh -c 'echo ready; exec sleep " + seconds + "' & sleep " + seconds);
  EXPECT_EQ(ran.execution.ending, Ending::timed_out);
  EXPECT_FALSE(process_exists(seconds));
  EXPECT_EQ(run("kill -STOP $$", 100ms).execution.ending, Ending::timed_out);
}

TEST_P(LocalExecutorTest, DaemonsDoNotOutliveTheirTest) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run("setsid sh -c 'sleep " + seconds + " >/dev/null 2>&1 & exit 0' >/dev/null 2>&1; exit 0");
  EXPECT_EQ(ran.execution.status, 0);
  EXPECT_FALSE(process_exists(seconds));
}

TEST_P(LocalExecutorTest, DaemonsWithACleanedEnvironmentDoNotEither) {
  const std::string seconds = unshared_seconds();
  run("env -i setsid sh -c 'sleep " + seconds + " >/dev/null 2>&1 & exit 0'");
  EXPECT_FALSE(process_exists(seconds));
}

TEST_P(LocalExecutorTest, OutputThatIsKeptOpenMakesTheTestLeaky) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run("sleep " + seconds + " & printf done");
  EXPECT_TRUE(ran.execution.leaky);
  EXPECT_EQ(ran.out, "done");
  EXPECT_EQ(ran.execution.ending, Ending::exited);
  EXPECT_FALSE(process_exists(seconds));
  EXPECT_FALSE(run("printf done").execution.leaky);
}

// Ten looks long it is we who do not read.
TEST_P(LocalExecutorTest, OutputThatWaitsForItsCheckIsNeitherLeakedNorLost) {
  busy_for_ = 1s;
  const Ran ran = run("head -c 60000 /dev/zero");
  EXPECT_FALSE(ran.execution.leaky);
  EXPECT_EQ(ran.out.size(), 60000U);
  const std::string seconds = unshared_seconds();
  const Ran leaky = run("sleep " + seconds + " & head -c 60000 /dev/zero");
  EXPECT_TRUE(leaky.execution.leaky);
  EXPECT_EQ(leaky.out.size(), 60000U) << "what was written before it was killed counts";
  EXPECT_FALSE(process_exists(seconds));
}

TEST_P(LocalExecutorTest, WhatHasLeftTheSessionIsAskedToEndToo) {
  grace_ = 20s;
  directory_.write("cleans", "trap 'echo cleaned >it; exit' TERM\n: >ready\nwhile :; do sleep 0.05; done\n");
  const Ran ran = run("setsid sh ./cleans & until [ -e ready ]; do sleep 0.02; done; sleep 1000", 3s);
  EXPECT_EQ(ran.execution.ending, Ending::timed_out);
  EXPECT_EQ(test::read_file(directory_ / "it"), "cleaned\n");
}

TEST_P(LocalExecutorTest, CancelEndsTheTree) {
  const std::string seconds = unshared_seconds();
  const Ran ran = run("sleep " + seconds, 20s, 50ms);
  EXPECT_EQ(ran.execution.ending, Ending::cancelled);
  EXPECT_FALSE(process_exists(seconds));
}

/// Starts a short test whenever one has ended, until something else has ended, or for too long.
class ShortTests {
 public:
  ShortTests(LocalExecutor& executor, const bool& is_enough) : executor_(executor), is_enough_(is_enough) {}
  void start() {
    took_too_long_ = std::chrono::steady_clock::now() - began_ > 20s;
    if (is_enough_ || took_too_long_) return;
    executor_.execute(request("/bin/true"), sink_, sink_, [this](const model::Execution& execution) {
      EXPECT_EQ(execution.status, 0);
      EXPECT_FALSE(execution.leaky);
      start();
    });
  }
  bool took_too_long() const { return took_too_long_; }

  static ExecutionRequest request(const std::string& command) {
    ExecutionRequest request;
    request.command = command;
    request.environment =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"PATH=/usr/bin:/bin"});
    request.directory = "/";
    return request;
  }

 private:
  LocalExecutor& executor_;
  const bool& is_enough_;
  StringSink sink_;
  const base::SteadyTime began_ = std::chrono::steady_clock::now();
  bool took_too_long_ = false;
};

TEST(LocalExecutorOfManyTest, WhatWritesMuchIsReadThoughOthersEndOneAfterTheOther) {
  asio::io_context loop;
  LocalExecutor executor(loop, {.look = 1ms, .patience = 500ms});
  bool ended = false;
  StringSink out;
  StringSink err;
  executor.execute(ShortTests::request("head -c 1000000 /dev/zero"), out, err,
                   [&](const model::Execution&) { ended = true; });
  std::array others{ShortTests(executor, ended), ShortTests(executor, ended)};
  for (auto& other : others) other.start();
  loop.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(out.text.size(), 1'000'000U);
  for (const auto& other : others) EXPECT_FALSE(other.took_too_long());
}

// The zombie of a child that nobody reaps is seen first whenever any child is waited for.
TEST(LocalExecutorOfManyTest, OthersEndThoughAChildOfSomebodyElseIsDead) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  while (!has_ended(child)) {
  }
  asio::io_context loop;
  LocalExecutor executor(loop);  // it takes what was there before for nobody's test
  std::array<StringSink, 3> outputs;
  StringSink err;
  int ended = 0;
  for (auto& output : outputs)
    executor.execute(ShortTests::request("printf done"), output, err, [&](const model::Execution& execution) {
      EXPECT_EQ(execution.status, 0);
      ++ended;
    });
  loop.run();
  EXPECT_EQ(ended, 3);
  for (const auto& output : outputs) EXPECT_EQ(output.text, "done");
  EXPECT_EQ(::waitpid(child, nullptr, 0), child) << "it is still somebody else's";
}

// None; the usual; and one so long that everything that ends soon does so before the loop learns of it.
INSTANTIATE_TEST_SUITE_P(Patience, LocalExecutorTest, ::testing::Values(0ms, 3ms, 50ms), [](const auto& patience) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(patience.param).count()) + "ms";
});

}  // namespace
}  // namespace fatespec::runner
