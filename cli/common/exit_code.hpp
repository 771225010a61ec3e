// The exit codes that docs/exit-codes.md promises.
#pragma once

#include <boost/system/result.hpp>

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

/// What a step of a command gives, or the exit code that the command ends with; the reason has been printed.
template <class T>
using OrExit = boost::system::result<T, ExitCode>;

/// Of a run that came to its end.
ExitCode exit_code_of(const model::VerdictCounts& counts);

/// What a command could not give: an output, or a part of what it was to read; or results, which should have been kept.
enum class Loss { none, output, results };
/// The exit code with that: an output matters where nothing is worse, results whatever the verdicts.
ExitCode after_loss(ExitCode code, Loss loss);

/// Of what SIGINT, SIGTERM or SIGHUP has ended.
ExitCode exit_code_of_signal(int signal);

}  // namespace fatespec::cli
