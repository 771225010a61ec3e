// What whoever submits a run leaves for the nodes: RUN/run.json and RUN/shards/N.json in the directory that all share.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "farm/shard_file.hpp"
#include "farm/shards.hpp"

namespace fatespec::farm {

/// How a node finds the same plan, and how it runs its part.
struct RunOrder {
  std::string run;
  std::string directory;  ///< absolute: where the run was begun
  std::vector<std::string> specs;
  std::string config;
  std::vector<std::string> configurations;
  std::vector<std::string> set;
  std::map<std::string, std::string> environment;  ///< variables that the plan may take from it
  std::string timeout;                             ///< of the command line; empty: none
  int retries = -1;
  int stress = 0;
  std::string keep = "failed";
  std::string recordings;  ///< directory; empty: none
  // For whoever attaches.
  std::string results;  ///< without a password
  std::string session;
  std::size_t shards = 0;
};

struct ShardOrder {
  Needs needs;
  std::vector<model::TestId> tests;  ///< in the order of starting
};

/// Makes the directory with all that nodes need; nothing is there under its name before it is complete.
base::Result<void> write_order(const std::filesystem::path& directory, const RunOrder& order,
                               const std::vector<ShardOrder>& shards);
base::Result<RunOrder> read_order(const std::filesystem::path& directory);
base::Result<ShardOrder> read_shard(const std::filesystem::path& directory, std::size_t shard);

/// In which shards tell; see shard_file.hpp.
std::filesystem::path results_directory(const std::filesystem::path& run_directory);
/// Its presence tells whoever submitted that somebody has cancelled the run.
std::filesystem::path cancel_mark(const std::filesystem::path& run_directory);
/// Locked by whoever follows the run.
std::filesystem::path follower_lock(const std::filesystem::path& run_directory);

}  // namespace fatespec::farm
