// Waiting for a child that is about to end.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <optional>

namespace fatespec::runner {

/// True if the child has ended, or is none of ours. It is not reaped.
bool has_ended(pid_t child);

/// A child that has closed its output is mostly about to end. To wait in the kernel for that, and not in the loop,
/// takes less, and the kernel then wakes us on the processor that the child has left. Woken by the loop's descriptors
/// we run on another, in place of a test, while that processor is idle. For one thread, that of its first use. It takes
/// SIGALRM.
class BriefWait {
 public:
  BriefWait() = default;
  BriefWait(const BriefWait&) = delete;
  BriefWait& operator=(const BriefWait&) = delete;
  ~BriefWait();

  /// has_ended(), or becomes true within about a millisecond.
  bool sees_end_of(pid_t child);

 private:
  bool prepare();

  bool prepared_ = false;
  std::optional<timer_t> timer_;  ///< none: there cannot be one, and nothing is waited for
};

}  // namespace fatespec::runner
