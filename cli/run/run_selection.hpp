// Which of the planned tests a run takes, in the light of earlier runs.
#pragma once

#include <optional>
#include <string>

#include "cli/common/exit_code.hpp"
#include "cli/run/resumption.hpp"
#include "cli/run/run_options.hpp"
#include "farm/order.hpp"
#include "model/plan.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

struct Selection {
  std::vector<model::TestId> missing;       ///< ordered, without a result, and not in the plan
  std::optional<model::Run> resumed;        ///< the run that goes on
  std::vector<results::LatestResult> done;  ///< the verdicts that it has already
  runner::EarlierResults earlier;           ///< of the selected tests
};

/// The options of a bare `--resume` with the tests of the run that goes on. Nothing if there is no run at all; an exit
/// code if the latest is complete, which has been printed.
OrExit<std::optional<RunOptions>> adopt_tests(const RunOptions& options, results::Store& store,
                                              const IsUnderWay& is_under_way);

/// Applies `--shard`, `--rerun-failed`, `--resume`, `--order` and `--stress` to the plan. An exit code instead means
/// that there is nothing to run; the reason has been printed. Without a store there is no history.
OrExit<Selection> select_tests(const RunOptions& options, model::TestPlan& plan, results::Store* store,
                               const IsUnderWay& is_under_way);

/// Keeps the tests of shards that were submitted, but for those that the store has a result of.
OrExit<Selection> select_ordered(const std::string& run, const std::vector<farm::ShardOrder>& shards,
                                 model::TestPlan& plan, results::Store* store);

}  // namespace fatespec::cli
