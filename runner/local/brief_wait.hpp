// Waiting for a child that is about to end.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <chrono>
#include <ctime>
#include <optional>

namespace fatespec::runner {

/// True if the child has ended, or is none of ours. It is not reaped.
bool has_ended(pid_t child);

/// To wait in the kernel for a child that is about to end, and not in the loop, takes less, and the kernel then wakes
/// us on the processor that the child has left. Woken by the loop's descriptors we run on another, in place of a test,
/// while that processor is idle. For one thread, that of its first use. It takes SIGALRM. Another signal that this
/// thread handles ends the wait, unless its handler restarts system calls.
class BriefWait {
 public:
  BriefWait() = default;
  BriefWait(const BriefWait&) = delete;
  BriefWait& operator=(const BriefWait&) = delete;
  ~BriefWait();

  /// has_ended(), or becomes true within about a millisecond.
  bool sees_end_of(pid_t child);
  /// That child, if it has ended or does within about that time. It is not reaped.
  std::optional<pid_t> end_of(pid_t child, std::chrono::nanoseconds patience) { return wait(P_PID, child, patience); }
  /// Any child of this process that has ended or does within about that time. The same each time until it is reaped.
  std::optional<pid_t> end_of_any(std::chrono::nanoseconds patience) { return wait(P_ALL, 0, patience); }

 private:
  bool prepare();
  std::optional<pid_t> wait(idtype_t kind, pid_t child, std::chrono::nanoseconds patience);

  bool prepared_ = false;
  std::optional<timer_t> timer_;  ///< none: there cannot be one, and nothing is waited for
};

}  // namespace fatespec::runner
