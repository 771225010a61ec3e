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
  std::uint64_t flags = 1;  // SCHED_FLAG_RESET_ON_FORK
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = std::chrono::nanoseconds(std::chrono::microseconds(100)).count();  // the slice, ns
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

}  // namespace

void ask_for_short_slices() {
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  if (nice < 0 || ::sched_getscheduler(0) != SCHED_OTHER) return;
  SchedulingAttributes attributes;
  attributes.nice = nice;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace fatespec::base
