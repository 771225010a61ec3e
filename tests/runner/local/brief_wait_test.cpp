#include "runner/local/brief_wait.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

using namespace std::chrono_literals;

/// A child that does nothing.
class Sleeper {
 public:
  Sleeper() : pid_(::fork()) {
    if (pid_ != 0) return;
    ::sleep(60);
    ::_exit(0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(BriefWait, SeesAnEndAndLeavesTheChildToWhoeverReapsIt) {
  BriefWait wait;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(7);
  while (!wait.sees_end_of(child)) {
  }
  EXPECT_TRUE(has_ended(child));
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_TRUE(wait.sees_end_of(child)) << "there is nothing more to wait for";
}

TEST(BriefWait, GivesUpOnWhatLives) {
  BriefWait wait;
  const Sleeper child;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(wait.sees_end_of(child.pid()));
  EXPECT_FALSE(has_ended(child.pid()));
}

TEST(BriefWait, TellsWhichChildHasEnded) {
  // Of the tests before this one in the same process: a subreaper has children that it has not started.
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  BriefWait wait;
  const Sleeper one;
  const Sleeper other;
  EXPECT_EQ(wait.end_of_any(2ms), std::nullopt);
  ::kill(other.pid(), SIGKILL);
  EXPECT_EQ(wait.end_of_any(20s), other.pid());
  EXPECT_EQ(wait.end_of_any(20s), other.pid()) << "it stays until it is reaped";
  EXPECT_EQ(wait.end_of(one.pid(), 2ms), std::nullopt) << "who else has ended is no matter";
  EXPECT_EQ(wait.end_of(other.pid(), 20s), other.pid());
}

TEST(BriefWait, DoesNotWaitWithoutPatience) {
  BriefWait wait;
  const Sleeper child;
  EXPECT_EQ(wait.end_of(child.pid(), 0s), std::nullopt);
}

// Of the thread that waits: whoever handles it has its turn.
TEST(BriefWait, IsEndedByASignal) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, &before);
  BriefWait wait;
  const Sleeper child;
  std::atomic<bool> is_over = false;
  std::thread sender([&, waiter = ::pthread_self()] {
    while (!is_over) ::pthread_kill(waiter, SIGUSR1);
  });
  EXPECT_EQ(wait.end_of(child.pid(), 24h), std::nullopt);
  is_over = true;
  sender.join();
  ::sigaction(SIGUSR1, &before, nullptr);
}

// An alarm that was asked for once only, or blocked, would leave it waiting.
TEST(BriefWait, IsInterruptedThoughTheAlarmWasBlocked) {
  sigset_t alarm;
  sigset_t before;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_BLOCK, &alarm, &before);
  BriefWait wait;
  const Sleeper child;
  EXPECT_FALSE(wait.sees_end_of(child.pid()));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace fatespec::runner
