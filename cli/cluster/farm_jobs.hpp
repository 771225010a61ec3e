// The jobs of a run on a cluster.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/cluster/farm_run.hpp"
#include "farm/slurm.hpp"

namespace fatespec::cli {

/// How the names of the run's jobs begin; the number of their first shard follows.
inline std::string jobs_of_run(const std::string& run) { return "fatespec-" + run + "-"; }

/// Each job is an array of shards that stand together; its name tells the run and its first shard.
class FarmJobs {
 public:
  /// `at_once`: shards of an array; 0: as many as there is room for.
  FarmJobs(const std::string& run, const FarmRunOptions& farm, int at_once);

  /// The end of the shards from `first` on that one array can hold: they have the same needs.
  std::size_t end_of_array(std::size_t first) const;
  base::Result<void> submit(std::size_t first, std::size_t count);

  /// What is in the queue, by shard. Reads only what was set up before: it may be called on another thread
  /// meanwhile.
  base::Result<std::map<std::size_t, farm::Task>> queue() const;
  /// Jobs that somebody else has submitted are of this run, too.
  void know(const std::map<std::size_t, farm::Task>& queue);
  const std::set<std::string>& known() const { return jobs_; }

  /// Cancels these jobs, and what else of the run is in the queue. As queue().
  base::Result<void> cancel_all(std::set<std::string> jobs) const;
  base::Result<void> cancel(const std::vector<std::string>& jobs) const { return slurm_.cancel(jobs); }

  /// What a job of the shard has printed last: ": …", or nothing.
  std::string last_words(std::size_t shard) const;

 private:
  base::Result<bool> was_accepted(const std::string& name);
  std::string program() const;
  std::string log_of(std::size_t first, const std::string& task) const;

  const FarmRunOptions& farm_;
  farm::Slurm slurm_;
  std::string name_;  ///< without the number of the first shard
  int at_once_;
  std::set<std::string> jobs_;
  std::set<std::string> in_doubt_;  ///< names of submissions that Slurm may have heard of without an answer
};

}  // namespace fatespec::cli
