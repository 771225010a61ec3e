// Runs a plan on this machine: the loop, the threads, the signals and the sinks, put together.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/exit_code.hpp"
#include "model/event.hpp"
#include "runner/guardian.hpp"
#include "runner/scheduler.hpp"

namespace fatespec::cli {

struct LocalRunOptions {
  std::string run_id;
  std::string command;  ///< as typed, for the store
  runner::SchedulerOptions scheduler;
  bool resumed = false;                  ///< a run that was cut short goes on
  model::VerdictCounts done;             ///< of the results that it had already
  bool fingerprints = false;             ///< of the output of every test
  runner::Guardian* guardian = nullptr;  ///< optional
  std::vector<model::EventSink> sinks;
  std::function<void()> tick;                   ///< called ten times a second
  std::function<bool()> results_lost;           ///< asked at each tick and at the end
  std::function<void(const std::string&)> say;  ///< a line for the user
};

/// The exit code; `error` is set instead where the run could not begin.
base::Result<ExitCode> run_locally(model::TestPlan& plan, const LocalRunOptions& options, base::PausableClock& clock);

/// Twelve random hexadecimal digits.
std::string new_run_id();

}  // namespace fatespec::cli
