// What a test wrote into a file, read into its check.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "runner/executor.hpp"
#include "runner/schedule/check_feed.hpp"

namespace fatespec::runner {

// All on the loop's thread but where it says otherwise. A reading is an execution under way: it is cancelled, suspended
// and resumed as one.

/// Called once, later. `end` is `exited` if the reading says what there is to say of the file; else it is what cut it
/// short, and the reading is of no use.
using FileRead = std::function<void(const model::Execution& end, checks::Reading reading)>;

/// Reads a file of this machine on the pool, where the factory is called too. `limit`: how long it may take; none: as
/// long as it takes.
std::shared_ptr<RunningExecution> read_file_here(Loops loops, std::string path, CheckFeed::Factory factory,
                                                 std::optional<base::Duration> limit, FileRead done);

/// Reads a file of another machine, whose bytes, or their digest, come as the output of the request's command: that of
/// Executor::file_command().
std::shared_ptr<RunningExecution> read_file_there(Loops loops, Executor& executor, std::string path,
                                                  ExecutionRequest request, CheckFeed::Factory factory, FileRead done);

}  // namespace fatespec::runner
