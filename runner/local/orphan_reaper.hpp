// Finds, ends and reaps the processes that a test has left behind.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "model/execution.hpp"
#include "runner/local/process_table.hpp"

namespace fatespec::runner {

/// Adds what the kernel tells of a process and the children that it waited for.
void add_usage(model::Usage& sum, const rusage& usage);

/// The runner is a subreaper: a process whose parent has died becomes its child. Such an orphan belongs to the test
/// whose marker stands in its environment, or whose process group it is in. One that fits no test is ended as soon as
/// every test that ran when it was first seen is over. What is older than this object is no test's, and left alone. Not
/// for use by two threads at once.
class OrphanReaper {
 public:
  OrphanReaper();
  OrphanReaper(const OrphanReaper&) = delete;
  OrphanReaper& operator=(const OrphanReaper&) = delete;
  ~OrphanReaper() = default;

  /// A child of ours that belongs to no test and is nobody's orphan.
  void ignore(pid_t child) { ignored_.insert(child); }
  /// A test's main process has started; it is no orphan.
  void test_started(pid_t leader, const std::string& marker);
  /// It is over; the caller has reaped it. Returns what the orphans of the test have used.
  model::Usage test_ended(pid_t leader);

  /// Sends `signal` (0: none) to the orphans of a test and reaps those that are dead. Returns how many are alive.
  std::size_t signal_orphans(pid_t leader, int signal);
  /// Sends a signal to every orphan there is.
  std::size_t signal_all(int signal);
  /// Learns whose the orphans are, which the dead do not tell, and reaps what is dead already, so that a test that
  /// forks without end does not fill the table of processes.
  void reap_dead();
  /// The processes of the machine as they are, or were a few milliseconds ago.
  const ProcessTable& recent_processes();
  /// Children that are no test's main process.
  std::vector<pid_t> orphans();

 private:
  struct Test {
    std::uint64_t sequence;
    std::string marker;
  };

  bool is_older_than_tests(pid_t child);
  /// The test by whose group or marker an orphan is known; 0: by none that runs.
  pid_t owner_of(pid_t pid);
  /// True of one that no running test is known to own, if it may be this test's.
  bool may_be_of(pid_t pid, pid_t leader);
  /// True if it was dead; what it has used is its owner's.
  bool reap_if_dead(pid_t pid, pid_t owner);

  base::FileDescriptor children_;           ///< /proc/…/children of the thread that starts processes
  std::map<pid_t, Test> tests_;             ///< by their leaders: those that run
  std::map<pid_t, pid_t> owners_;           ///< of orphans that were seen alive, by their numbers: the leader
  std::map<pid_t, std::uint64_t> unknown_;  ///< orphans of nobody, and the latest test that had started when first seen
  std::set<pid_t> ignored_;
  std::set<pid_t> looked_at_;            ///< children that are young enough to be a test's
  std::uint64_t began_;                  ///< in ticks since boot
  std::map<pid_t, model::Usage> usage_;  ///< of the orphans of each leader that were reaped
  std::uint64_t sequence_ = 0;
  ProcessTable recent_;
  std::chrono::steady_clock::time_point recent_since_;
};

}  // namespace fatespec::runner
