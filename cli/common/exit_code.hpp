// The exit codes of the contract; docs/exit-codes.md.
#pragma once

#include "model/result.hpp"

namespace fatespec::cli {

enum class ExitCode : int {
  success = 0,           ///< every selected test passed, was skipped or is a known failure
  bad_test = 1,          ///< a test is fail, crash, timeout or xpass
  usage = 2,             ///< usage, configuration or spec file is wrong; nothing was run
  error = 3,             ///< some test is `error` and none is worse, or results could not be kept
  nothing_selected = 4,  ///< nothing was selected
  hung_up = 129,         ///< SIGHUP: the terminal has gone
  interrupted = 130,     ///< SIGINT
  terminated = 143,      ///< SIGTERM
};

/// Of a run that came to its end. `incomplete`: something of it could not be run, read or kept.
ExitCode exit_code_of(const model::VerdictCounts& counts, bool incomplete);

/// Of what SIGINT, SIGTERM or SIGHUP has ended.
ExitCode exit_code_of_signal(int signal);

}  // namespace fatespec::cli
