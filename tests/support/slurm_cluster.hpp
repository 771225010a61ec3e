// A real Slurm cluster on this machine.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/network.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {

/// Why there can be no cluster here; empty if there can.
std::string no_slurm_cluster();

/// Debian's Slurm and munge in a directory of their own: a controller and some nodes of two processors, as whoever runs
/// the tests. The last node has the feature `bigmem`, the first two the generic resources
/// `board:pi1` and `board:pi2`. A node that says nothing for some seconds is given up, and its jobs are queued again.
class SlurmCluster {
 public:
  /// Where the nodes are. As machines, they have a network and processes of their own: a node that is killed is gone
  /// with all that ran on it, and its cable can be pulled. Where only the loopback is possible, the next best is done.
  enum class Nodes { loopback, machines };

  explicit SlurmCluster(int nodes = 3, Nodes where = Nodes::loopback);
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;
  ~SlurmCluster();

  /// In front of commands that talk to it.
  std::string environment() const { return "SLURM_CONF=" + directory_ / "slurm.conf"; }
  /// What a command of Slurm prints.
  std::string ask(const std::string& command) const;

  void start_controller();
  /// It saves its state as it goes: jobs that it started without saving that would, when it is back, be strangers that
  /// it drains their nodes for.
  void stop_controller();
  /// Nodes count from 1.
  void start_node(int number);
  /// Ends the node's daemon alone: what runs there goes on. Not of a machine, which goes down with it.
  void kill_daemon(int number);
  /// What the node does goes on, and nobody hears of it.
  void pull_cable(int number);
  void put_cable_back(int number);
  /// All that runs on the node is gone at once, as at a power cut.
  void kill_node(int number);

 private:
  std::string configuration(int nodes) const;
  std::string node_line(int number, bool last) const;
  std::vector<pid_t> processes_of_jobs(int node) const;

  TemporaryDirectory directory_;
  std::optional<Network> network_;  ///< of machines
  std::string host_;
  int port_;
  pid_t munge_ = -1;
  pid_t controller_ = -1;
  std::vector<pid_t> nodes_;
};

}  // namespace fatespec::test
