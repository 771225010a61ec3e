#include "runner/local/brief_wait.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

// timer_create(2); older headers of the C library lack it.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace fatespec::runner {
namespace {

/// Again and again: a signal that comes just before the wait would interrupt nothing.
constexpr itimerspec patience = {.it_interval = {0, 1'000'000}, .it_value = {0, 1'000'000}};
constexpr itimerspec never = {};

bool look_at(pid_t child, int options) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | options) != 0) return errno != EINTR;
  return info.si_pid == child;
}

}  // namespace

bool has_ended(pid_t child) { return look_at(child, WNOHANG); }

BriefWait::~BriefWait() {
  if (timer_) ::timer_delete(*timer_);
}

bool BriefWait::sees_end_of(pid_t child) {
  if (has_ended(child)) return true;
  if (!prepare()) return false;
  ::timer_settime(*timer_, 0, &patience, nullptr);
  const bool ended = look_at(child, 0);
  ::timer_settime(*timer_, 0, &never, nullptr);
  return ended;
}

bool BriefWait::prepare() {
  if (prepared_) return timer_.has_value();
  prepared_ = true;
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART: the wait ends
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  if (::sigaction(SIGALRM, &action, nullptr) != 0 || ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr) != 0) return false;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGALRM;
  event.sigev_notify_thread_id = ::gettid();
  timer_t timer{};
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) timer_ = timer;
  return timer_.has_value();
}

}  // namespace fatespec::runner
