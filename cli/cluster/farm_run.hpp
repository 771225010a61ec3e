// Runs a plan on a cluster: submits its shards, follows what they tell, and hands it on as if it had happened here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/run/plan_run.hpp"
#include "farm/order.hpp"
#include "farm/slurm.hpp"

namespace fatespec::cli {

struct FarmRunOptions {
  std::filesystem::path directory;  ///< of the run: where farm::write_order() has left its order
  const model::Slurm* settings = nullptr;
  std::vector<farm::ShardOrder> shards;
  std::vector<model::TestId> missing;  ///< tests that were submitted and that the plan does not have
  bool submit = true;                  ///< false: they have been submitted
  bool cancel = false;                 ///< end it, with what there is
};

/// As run_plan(): the same events, the same exit codes. The tests of the plan are those that have no result yet.
base::Result<ExitCode> run_on_farm(const model::TestPlan& plan, const PlanRunOptions& options,
                                   const FarmRunOptions& farm, base::PausableClock& clock);

}  // namespace fatespec::cli
