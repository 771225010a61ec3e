// A run whose tests are run by the nodes of a cluster: its order, who follows it, and the end of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "cli/run/plan_run.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_selection.hpp"
#include "farm/order.hpp"
#include "model/event.hpp"

namespace fatespec::cli {

/// One run, in this order: choose_ordered() if it was submitted before; run(), which hands every event to handle(); and
/// forget_if_complete() once the store has all of it.
class ClusterRun {
 public:
  /// `attached`: the directory of a run that was submitted before; empty: it is submitted here. `cancel`: it is ended.
  ClusterRun(std::filesystem::path attached, bool cancel) : attached_(std::move(attached)), cancel_(cancel) {}

  bool is_attached() const { return !attached_.empty(); }

  /// Of the tests that were ordered those that have no result yet. Sets the run's id.
  OrExit<Selection> choose_ordered(model::TestPlan& plan, results::Store* store, std::string& run_id);

  /// As run_plan().
  base::Result<ExitCode> run(const model::Project& project, const model::TestPlan& plan, const RunOptions& options,
                             const Selection& selection, const PlanRunOptions& run, base::PausableClock& clock);

  void handle(const model::RunEvent& event);

  /// What the nodes told is removed if it has been read to the end.
  void forget_if_complete() const;

 private:
  base::Result<void> order_shards(const model::Slurm& settings, const model::TestPlan& plan, const RunOptions& options,
                                  const Selection& selection, const PlanRunOptions& run);

  std::filesystem::path attached_;
  bool cancel_;
  std::filesystem::path directory_;
  std::vector<farm::ShardOrder> shards_;
  base::FileDescriptor follower_lock_;
  bool is_told_to_the_end_ = false;
  bool is_complete_ = false;
};

}  // namespace fatespec::cli
