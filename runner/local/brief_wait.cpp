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

constexpr std::chrono::nanoseconds moment = std::chrono::milliseconds(1);

timespec timespec_of(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
}

}  // namespace

bool has_ended(pid_t child) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | WNOHANG) != 0) return errno != EINTR;
  return info.si_pid == child;
}

BriefWait::~BriefWait() {
  if (timer_) ::timer_delete(*timer_);
}

bool BriefWait::sees_end_of(pid_t child) { return has_ended(child) || wait(P_PID, child, moment) == child; }

// The alarm comes again and again: one that comes just before the wait would interrupt nothing.
std::optional<pid_t> BriefWait::wait(idtype_t kind, pid_t child, std::chrono::nanoseconds patience) {
  if (!prepare()) return {};
  const itimerspec alarm = {.it_interval = timespec_of(moment), .it_value = timespec_of(patience)};
  constexpr itimerspec never = {};
  // A time of zero would be none at all.
  if (patience <= std::chrono::nanoseconds(0) || ::timer_settime(*timer_, 0, &alarm, nullptr) != 0) return {};
  siginfo_t info{};
  const int failed = ::waitid(kind, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  ::timer_settime(*timer_, 0, &never, nullptr);
  if (failed != 0) return {};
  return info.si_pid;
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
