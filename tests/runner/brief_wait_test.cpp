#include "runner/brief_wait.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

/// A child that ends when it is told to, or after a while.
class Child {
 public:
  explicit Child(std::chrono::microseconds lives) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::usleep(static_cast<useconds_t>(lives.count()));
    ::_exit(7);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
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
  const Child child(std::chrono::seconds(60));
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
  const Child child(std::chrono::seconds(60));
  EXPECT_FALSE(wait.sees_end_of(child.pid()));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace fatespec::runner
