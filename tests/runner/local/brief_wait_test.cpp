#include "runner/local/brief_wait.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>

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

TEST(BriefWait, TellsTheFirstOfSeveralThatEnds) {
  BriefWait wait;
  const Sleeper one;
  const Sleeper other;
  const std::array children{one.pid(), other.pid()};
  EXPECT_EQ(wait.first_end_of(children, 2ms), std::nullopt);
  ::kill(other.pid(), SIGKILL);
  EXPECT_EQ(wait.first_end_of(children, 20s), other.pid());
  EXPECT_EQ(wait.first_end_of(std::span(children).first(1), 2ms), std::nullopt) << "who else has ended is no matter";
  EXPECT_EQ(wait.first_end_of({}, 20s), std::nullopt) << "there is nothing to wait for";
}

// One that nobody has asked for stays where it is, for whoever reaps it: to wait on would be to turn round it.
TEST(BriefWait, GivesUpWhenAnotherChildHasEnded) {
  BriefWait wait;
  const Sleeper one;
  const Sleeper other;
  const Sleeper third;
  ::kill(third.pid(), SIGKILL);
  EXPECT_EQ(wait.first_end_of(std::array{one.pid(), other.pid()}, 20s), std::nullopt);
  EXPECT_TRUE(has_ended(third.pid()));
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
