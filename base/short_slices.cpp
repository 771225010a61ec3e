#include "base/short_slices.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

namespace fatespec::base {
namespace {

/// struct sched_attr of sched_setattr(2), whose header does not go with the C library's.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // the slice in nanoseconds; 0: the usual one
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

SchedulingAttributes usual;
bool is_asked_for = false;

}  // namespace

void ask_for_short_slices() {
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  if (nice < 0 || ::sched_getscheduler(0) != SCHED_OTHER) return;
  usual.nice = nice;
  SchedulingAttributes attributes = usual;
  attributes.runtime = std::chrono::nanoseconds(std::chrono::microseconds(100)).count();
  is_asked_for = ::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

void take_usual_slices() {
  if (is_asked_for) (void)::syscall(SYS_sched_setattr, 0, &usual, 0);
}

}  // namespace fatespec::base
