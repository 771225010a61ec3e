// What `fatespec.yaml` declares.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/suite.hpp"

namespace fatespec::model {

/// A file or tree that is brought to a board before the run.
struct Deployment {
  std::string from;         ///< absolute, here
  std::string to;           ///< absolute, there
  std::optional<int> mode;  ///< permission bits; nothing: those that the file has here
  base::Origin origin;
};

/// What tests ask of a cluster's nodes, in the words of Slurm.
struct ClusterNeeds {
  std::string constraint = {};  ///< features
  std::string resources = {};   ///< generic resources (GRES)
};

/// How runs go to a Slurm cluster.
struct Slurm {
  std::string directory = {};  ///< absolute; all nodes have it under this name; empty: `.fatespec/farm` of the project
  std::string partition = {};  ///< empty: the cluster's default
  std::string program = {};    ///< fatespec on the nodes; empty: this one
  std::vector<std::string> options = {};                       ///< further ones for sbatch
  base::Duration shard = std::chrono::minutes(1);              ///< how long a shard is to take
  std::map<std::string, ClusterNeeds, std::less<>> tags = {};  ///< by the tags of tests and configurations
};

/// Where tests run. `local` is this machine; any other has a host or is a pool of such.
struct Target {
  std::string name = "local";
  std::string host;               ///< a name, an address, or an alias of the user's ssh configuration
  std::vector<std::string> pool;  ///< names of targets with hosts
  int jobs = 0;                   ///< 0: as `--jobs` says on this machine, one on a board
  Variables env;
  double timeout_factor = 1.0;

  // Of a board.
  int port = 0;                             ///< 0: as the ssh configuration says
  std::string user = {};                    ///< empty: as the ssh configuration says
  std::string identity_file = {};           ///< absolute; empty: agent and the usual keys
  std::string known_hosts_file = {};        ///< absolute; empty: the usual ones
  std::string directory = "/tmp/fatespec";  ///< scratch
  std::string exec = {};                    ///< prefix of command lines
  std::string read_file = "/bin/cat";       ///< writes a file to stdout
  bool remote_digest = false;               ///< files are digested there, if a program for it is there
  bool shared = false;                      ///< another runner may use it at the same time, if that says so too
  std::vector<Deployment> deploy = {};      ///< in this order
  base::Duration keepalive = std::chrono::seconds(15);  ///< silence after which the line counts as lost
  base::Duration reconnect = std::chrono::minutes(2);   ///< how long a lost host may stay away
  base::Duration lock_wait = std::chrono::minutes(10);  ///< how long another runner may hold it

  ClusterNeeds cluster = {};  ///< of the node from which it is used

  bool is_local() const { return host.empty() && pool.empty(); }
};

/// One way to run every suite: its variables, tags and target.
struct Configuration {
  std::string name = "default";
  Variables variables;
  Places variable_origins;
  Variables reference;  ///< instead of `variables`, for what `diverge` compares with
  std::vector<std::string> tags;
  Variables env;
  std::string target = "local";
  std::string source = {};  ///< absolute: the git repository of what is tested; empty: that of the project
  std::string build = {};   ///< shell command that builds it there; empty: that of the project
  std::optional<std::string> make;
  std::optional<std::string> maketest;
};

struct Project {
  std::string file;       ///< of the configuration; empty if there is none
  std::string directory;  ///< absolute: where the file is, or the working directory
  std::vector<PlacedText> suites;
  std::string results = ".fatespec/results.db";
  base::Origin results_origin;
  Variables variables;
  Places variable_origins;
  Variables reference;  ///< of configurations that have none
  Variables env;
  std::string source = {};  ///< of configurations that have none
  std::string build = {};
  std::string make = "make %s";
  std::string maketest;
  Limits limits;
  std::vector<Configuration> configurations;
  std::map<std::string, Target, std::less<>> targets;
  Slurm slurm;
};

}  // namespace fatespec::model
