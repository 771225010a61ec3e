// The command line of `run`.
#pragma once

#include <string>

#include "cli/common/inputs.hpp"
#include "runner/plan/selection.hpp"
#include "runner/schedule/scheduler.hpp"

namespace fatespec::cli {

struct RunOptions {
  InputOptions inputs;
  int jobs = 0;      ///< 0: the number of processors
  int retries = -1;  ///< negative: the tests' own number
  std::string timeout;
  bool fail_fast = false;
  bool rerun_failed = false;
  bool resume = false;
  std::string shard;  ///< "K/N"
  int stress = 0;     ///< repetitions; 0: none
  std::string order = "history";
  std::string keep = "failed";
  std::string on = "local";
  std::string json;
  std::string junit;
  std::string results;
  std::string session;  ///< of the players' recordings; the run's id by default
  bool quiet = false;
  bool no_progress = false;
};

void add_run_options(CLI::App& run, RunOptions& options);
/// Of them, what selects tests by earlier results and by number: `--rerun-failed` and `--shard`.
void add_selection_options(CLI::App& command, RunOptions& options);

/// What a rerun begins with: all that says how tests are run, nothing of which tests or of other outputs.
std::string rerun_command(const RunOptions& options);
/// With what selects tests: what the store keeps of the command line.
std::string full_command(const RunOptions& options);
/// What goes on with the run if it is cut short, with all outputs that it was to have.
std::string resume_command(const RunOptions& options);

runner::PlanOptions plan_options(const RunOptions& options);
/// As `--keep` names it.
runner::Keep keep_of(const std::string& name);
/// Nothing without `--shard`.
std::optional<runner::Shard> shard_of(const std::string& text);

}  // namespace fatespec::cli
