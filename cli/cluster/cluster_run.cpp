#include "cli/cluster/cluster_run.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/file_lock.hpp"
#include "base/scratch_directory.hpp"
#include "cli/cluster/farm_run.hpp"
#include "cli/common/complain.hpp"
#include "cli/run/run_order.hpp"
#include "farm/shards.hpp"
#include "farm/slurm.hpp"

namespace fatespec::cli {

OrExit<Selection> ClusterRun::choose_ordered(model::TestPlan& plan, results::Store* store, std::string& run_id) {
  const auto order = farm::read_order(attached_);
  if (!order) return complain(order.error());
  run_id = order->run;
  for (std::size_t i = 0; i < order->shards; ++i) {
    auto shard = farm::read_shard(attached_, i);
    if (!shard) return complain(shard.error());
    shards_.push_back(std::move(*shard));
  }
  return select_ordered(order->run, shards_, plan, store);
}

base::Result<ExitCode> ClusterRun::run(const model::Project& project, const model::TestPlan& plan,
                                       const RunOptions& options, const Selection& selection, const PlanRunOptions& run,
                                       base::PausableClock& clock) {
  directory_ = attached_;
  if (!is_attached()) {
    directory_ = farm_directory(project) / run.run_id;
    if (auto ordered = order_shards(project.slurm, plan, options, selection, run); !ordered) return ordered.error();
  }
  auto lock = base::lock_file(farm::follower_lock(directory_), base::patience_with_askers);
  if (!lock) return lock.error();
  if (!*lock) return base::busy_error(fmt::format("another process follows run {}", run.run_id));
  follower_lock_ = std::move(*lock);
  const FarmRunOptions farm{directory_, &project.slurm, shards_, selection.missing, !is_attached(), cancel_};
  auto code = run_on_farm(plan, run, farm, clock);
  is_complete_ = code && is_told_to_the_end_;
  return code;
}

base::Result<void> ClusterRun::order_shards(const model::Slurm& settings, const model::TestPlan& plan,
                                            const RunOptions& options, const Selection& selection,
                                            const PlanRunOptions& run) {
  const auto scratch = base::ScratchDirectory::make("slurm");
  if (!scratch) return scratch.error();
  const farm::Slurm slurm(settings, scratch->path());
  const auto slots = slurm.slots();
  if (!slots) return slots.error();
  for (const auto& shard : farm::make_shards(plan, selection.earlier, {settings.shard, *slots})) {
    farm::ShardOrder& order = shards_.emplace_back();
    order.needs = shard.needs;
    for (const auto index : shard.tests)
      if (const auto& test = plan.tests[index]; test.repetition == 0) order.tests.push_back(model::id_of(test));
  }
  auto order = order_of(options, run.run_id);
  order.recordings = run.scheduler.recordings;
  order.shards = shards_.size();
  return farm::write_order(directory_, order, shards_);
}

void ClusterRun::handle(const model::RunEvent& event) {
  const auto* finished = std::get_if<model::RunFinished>(&event);
  is_told_to_the_end_ = finished != nullptr && finished->interrupted_by.empty();
}

void ClusterRun::forget_if_complete() const {
  if (is_complete_) (void)base::remove_tree(directory_);
}

}  // namespace fatespec::cli
