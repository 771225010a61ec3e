// Slurm, through its own programs: sbatch, squeue, scancel, sinfo. Each call blocks, for half a minute at most.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "farm/shards.hpp"
#include "model/configuration.hpp"

namespace fatespec::farm {

/// A job or a task of an array, as squeue tells.
struct Task {
  std::string job;   ///< the array's number
  std::string name;  ///< of the job
  std::size_t index = 0;
  std::string state;   ///< "PENDING", "RUNNING", …
  std::string node;    ///< empty while it waits
  std::string reason;  ///< why it waits
  bool runs() const { return state == "RUNNING" || state == "COMPLETING"; }
  /// Slurm could not start it and has set it aside: it will not go on by itself. One that a person holds is not meant.
  bool is_held() const;
};

struct Submission {
  std::string name;       ///< of the job
  std::size_t tasks = 1;  ///< of the array
  int at_once = 0;        ///< tasks; 0: as many as there is room for
  Needs needs;
  std::vector<std::string> command;  ///< what each task runs; its number is in SLURM_ARRAY_TASK_ID
  std::string directory;             ///< where it runs
  std::string log;                   ///< file name pattern of its output
};

class Slurm {
 public:
  /// `scratch`: a directory for the programs' output.
  Slurm(const model::Slurm& settings, std::filesystem::path scratch)
      : settings_(settings), scratch_(std::move(scratch)) {}

  /// The job's number. `usage` errors will not go away by waiting.
  base::Result<std::string> submit(const Submission& submission) const;
  /// The user's jobs whose names begin so and that are not over.
  base::Result<std::vector<Task>> tasks(const std::string& name) const;
  base::Result<void> cancel(const std::vector<std::string>& jobs) const;
  /// Processors of the partition that can be used.
  base::Result<int> slots() const;

 private:
  base::Result<std::string> ask(const std::vector<std::string>& words, const std::string& input = "") const;

  const model::Slurm& settings_;
  std::filesystem::path scratch_;
};

}  // namespace fatespec::farm
