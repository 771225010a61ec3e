// Cleans up after a runner that was killed.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"

namespace fatespec::runner {

/// A small process beside the runner that sleeps until the runner ends. If it ended without a farewell (SIGKILL, a
/// crash), the guardian kills what the running tests have left (their sessions, their groups, what carries their
/// directory's name in its environment, and all descendants) and removes their directories.
///
/// It is forked before the runner has threads or much memory. It knows the running tests through shared
/// memory, so that telling it of one costs nothing; of more than 4,096 at once it does not learn.
/// docs/design/launching.md says why it is no parent of the tests.
class Guardian {
 public:
  static base::Result<std::unique_ptr<Guardian>> start();
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;
  /// Says farewell and waits for its end.
  ~Guardian();

  /// The directory in which the run's test directories are.
  void guard(const std::string& scratch_directory);
  void test_started(pid_t leader, const std::string& directory);
  /// Its processes are gone. Its directory is still guarded, until what becomes of it is settled.
  void test_ended(pid_t leader);
  /// The directory stays, or is known by its name to be none that stays, or is empty.
  void directory_settled(const std::string& directory);
  /// The children that tests have orphaned. Told of them in time, the guardian also finds those that have left their
  /// session and cleaned their environment.
  void know_orphans(const std::vector<pid_t>& orphans);
  pid_t pid() const { return pid_; }

  struct Shared;

 private:
  Guardian(Shared* shared, pid_t pid, base::FileDescriptor life_line);
  Shared* shared_;
  pid_t pid_;
  base::FileDescriptor life_line_;
  std::vector<pid_t> orphans_;
  std::vector<std::size_t> free_;                                ///< slots of the shared table
  std::map<pid_t, std::size_t> used_;                            ///< the slot of each leader
  std::map<std::string, std::size_t, std::less<>> directories_;  ///< and of each directory that is not settled
};

}  // namespace fatespec::runner
