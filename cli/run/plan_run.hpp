// Runs a plan on this machine and on boards: the loop, the threads, the signals and the sinks, put together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/common/exit_code.hpp"
#include "model/event.hpp"
#include "results/store.hpp"
#include "runner/local/guardian.hpp"
#include "runner/schedule/scheduler.hpp"

namespace fatespec::cli {

struct PlanRunOptions {
  std::string run_id;
  std::string command;  ///< as typed, for the store
  std::string shard;    ///< as RunStarted has it
  int jobs = 1;         ///< tests at once on this machine
  runner::SchedulerOptions scheduler;
  std::optional<base::UtcTime> began;            ///< a run that was cut short goes on: when it first began
  std::vector<results::LatestResult> done;       ///< the results that it had already
  std::map<std::string, std::string> revisions;  ///< as RunStarted has them
  runner::Guardian* guardian = nullptr;          ///< optional
  std::vector<model::EventSink> sinks;
  std::function<void()> tick;                   ///< called ten times a second
  std::function<bool()> results_lost;           ///< asked at each tick
  std::function<bool()> results_written;        ///< optional: all that was told is kept, or lost
  std::function<void()> hurry_results;          ///< optional: what cannot be written now is lost
  std::function<bool()> keep_results;           ///< waits until all are kept; false: some are lost
  std::function<void(const std::string&)> say;  ///< a line for the user
  std::function<void()> ends_early;             ///< optional, more than once: nothing more is started
  /// What goes on at a board now, for the status line; empty: nothing.
  std::function<void(const std::string& board, const std::string& text)> progress;
};

/// The exit code; `error` is set instead where the run could not begin.
base::Result<ExitCode> run_plan(model::TestPlan& plan, const PlanRunOptions& options, base::PausableClock& clock);

/// Random hexadecimal digits.
std::string new_run_id();
inline constexpr std::size_t run_id_length = 12;

}  // namespace fatespec::cli
