#include "runner/local/brief_wait.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

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
