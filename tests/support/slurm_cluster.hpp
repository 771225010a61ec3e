// A real Slurm cluster on this machine.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/support.hpp"

namespace fatespec::test {

/// Why there can be no cluster here; empty if there can.
std::string no_slurm_cluster();

/// Debian's Slurm and munge in a directory of their own: a controller and some nodes of two processors, all on the
/// loopback, as whoever runs the tests. The last node has the feature `bigmem`, the first two the generic resources
/// `board:pi1` and `board:pi2`. A node that says nothing for some seconds is given up, and its jobs are queued again.
class SlurmCluster {
 public:
  explicit SlurmCluster(int nodes = 3);
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;
  ~SlurmCluster();

  /// In front of commands that talk to it.
  std::string environment() const { return "SLURM_CONF=" + directory_ / "slurm.conf"; }
  /// What a command of Slurm prints.
  std::string ask(const std::string& command) const;

  void start_controller();
  /// Just after it has saved its state, as it does every few seconds: jobs that it started since then would, when it is
  /// back, be strangers that it drains their nodes for.
  void kill_controller();
  /// Nodes count from 1.
  void start_node(int number);
  /// Ends the node's daemon alone: what runs there goes on.
  void kill_daemon(int number);
  /// The daemon hears and says nothing, as if the line to it were cut, until it is thawed.
  void freeze_daemon(int number);
  void thaw_daemon(int number);
  /// All that runs on the node is gone at once, as at a power cut.
  void kill_node(int number);

 private:
  std::vector<pid_t> processes_of_jobs(int node) const;

  TemporaryDirectory directory_;
  int port_;
  pid_t munge_ = -1;
  pid_t controller_ = -1;
  std::vector<pid_t> nodes_;
};

}  // namespace fatespec::test
