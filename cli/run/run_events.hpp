// The first and the last event of a run, here and on a cluster.
#pragma once

#include "base/version.hpp"
#include "cli/run/plan_run.hpp"
#include "model/event.hpp"

namespace fatespec::cli {

/// `planned`: the tests of the whole run; `done`: the results that one which goes on has already.
inline model::RunStarted run_started(const PlanRunOptions& options, const base::Clock& clock, std::size_t planned,
                                     const model::VerdictCounts& done) {
  return {.run = options.run_id,
          .version = base::version,
          .command = options.command,
          .tests = planned,
          .time = options.began.value_or(clock.utc()),
          .resumed = options.began.has_value(),
          .done = done,
          .revisions = options.revisions,
          .shard = options.shard};
}

/// `began`: this part of it. A run that goes on has taken all the time since it first began.
inline model::RunFinished run_finished(const PlanRunOptions& options, const base::Clock& clock, base::SteadyTime began,
                                       const model::VerdictCounts& counts, ExitCode exit_code) {
  const base::UtcTime now = clock.utc();
  const base::Duration wall =
      options.began ? std::chrono::duration_cast<base::Duration>(now - *options.began) : clock.steady() - began;
  return {options.run_id, counts, wall, now, static_cast<int>(exit_code), ""};
}

}  // namespace fatespec::cli
