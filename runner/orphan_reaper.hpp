// Finds, ends and reaps the processes that a test has left behind.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "model/execution.hpp"

namespace fatespec::runner {

/// Adds what the kernel tells of a process and the children that it waited for.
void add_usage(model::Usage& sum, const rusage& usage);

/// The runner is a subreaper: a process whose parent has died becomes its child. Such an orphan belongs to the test
/// whose marker stands in its environment, or whose process group it is in. One that fits no test is ended as soon as
/// every test that ran when it was first seen is over. Not for use by two threads at once.
class OrphanReaper {
 public:
  OrphanReaper();

  /// A test's main process has started; it is no orphan.
  void test_started(pid_t leader);
  /// It is over; the caller has reaped it.
  void test_ended(pid_t leader);

  struct Swept {
    std::size_t left = 0;  ///< orphans of the test that are alive
    model::Usage usage;    ///< of those that were reaped
  };
  /// Sends `signal` (0: none) to the orphans of a test and reaps those that are dead.
  Swept signal_orphans(pid_t leader, const std::string& marker, int signal);
  /// The same for every orphan there is.
  std::size_t signal_all(int signal);

 private:
  bool belongs(pid_t pid, pid_t leader, const std::string& marker);
  std::vector<pid_t> orphans();

  base::FileDescriptor children_;           ///< /proc/…/children of the thread that starts processes
  std::map<pid_t, std::uint64_t> tests_;    ///< running leaders and their sequence numbers
  std::map<pid_t, std::uint64_t> unknown_;  ///< orphans of nobody, and the latest test that had started when first seen
  std::uint64_t sequence_ = 0;
};

}  // namespace fatespec::runner
