// All processes of one running test on this machine.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/execution.hpp"
#include "runner/local/orphan_reaper.hpp"
#include "runner/local/process_table.hpp"
#include "runner/local/test_cgroup.hpp"

namespace fatespec::runner {

/// The test's own process, what is in its session or group, its orphans, all descendants of these, and, where the
/// test is in a cgroup, everything in that. Not thread-safe.
class TestTree {
 public:
  /// `cgroups` may be none. Both outlive the tree. `marker`: "NAME=value" in the environment of this test alone.
  TestTree(OrphanReaper& reaper, TestCgroups* cgroups, std::string marker, std::size_t most_processes);

  /// Where the test's own process enters its cgroup; -1: nowhere.
  int cgroup_entrance() const { return cgroup_ == nullptr ? -1 : cgroup_->entrance(); }
  void started(pid_t leader);
  /// Nothing was started.
  void not_started() { give_cgroup_back(); }

  std::vector<ProcessEntry> living() const;
  /// What lived a moment ago, but for what hides; the tests that are looked at together share this look.
  std::vector<pid_t> recent_ids() const;
  /// What is wrong if it has more than it may. `machine_tasks` is what the function of that name says.
  std::optional<std::string> excess(long machine_tasks) const;
  /// What is wrong if the kernel has refused it something.
  std::optional<std::string> refusal() const;

  /// Also wakes what is stopped: it would not see a SIGTERM.
  void signal(int signal);
  /// Stops what there is and what it starts meanwhile, and kills that: what forks without end forks between a look and
  /// a kill.
  void freeze_and_kill();
  /// For when the test's own process is dead: true if anything else lives.
  bool has_survivors();
  /// For when it has been waited for: kills what is left. Returns how much was there.
  std::size_t kill_survivors();
  /// All is over, or as much as ever will be. Returns what orphans have used.
  model::Usage ended(bool survivors);

 private:
  std::set<pid_t> known_tasks() const;
  std::vector<ProcessEntry> outside_the_group() const;
  void give_cgroup_back();

  OrphanReaper& reaper_;
  TestCgroups* cgroups_;
  std::string marker_;
  std::size_t most_;
  TestCgroup* cgroup_ = nullptr;  ///< may be none
  pid_t leader_ = -1;
};

}  // namespace fatespec::runner
