// The seam between the scheduler and the machines that run tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "model/execution.hpp"
#include "runner/exec_prefix.hpp"

namespace fatespec::runner {

/// Takes what a test writes. All calls come from the scheduler's thread.
class OutputSink {
 public:
  virtual ~OutputSink() = default;
  /// Where the next bytes may be put. Empty: the sink is busy, and `when_space` tells when to ask again.
  virtual std::span<char> space() = 0;
  /// `bytes` bytes of space() were filled.
  virtual void commit(std::size_t bytes) = 0;
  /// Calls `resume` once, later, on the scheduler's thread.
  virtual void when_space(std::function<void()> resume) = 0;
};

/// Where a limit comes from.
enum class LimitOrigin {
  chosen,              ///< somebody has set it
  usual,               ///< the built-in one
  half_of_free_space,  ///< of the disk, which is less than the usual
};

/// What one execution may take before it is ended.
struct ExecutionLimits {
  std::uint64_t output = UINT64_MAX;     ///< bytes of stdout and stderr together
  std::uint64_t directory = UINT64_MAX;  ///< bytes in its test directory
  LimitOrigin directory_origin = LimitOrigin::usual;
  std::size_t processes = SIZE_MAX;  ///< alive at one moment
};

struct ExecutionRequest {
  std::string command;                                          ///< for /bin/sh; variables are replaced
  std::shared_ptr<const std::vector<std::string>> environment;  ///< "NAME=value"
  std::string directory;                                        ///< working directory
  std::string marker;          ///< "NAME=value" of the environment that no other attempt has
  std::string test_directory;  ///< what the limit on the directory is about; empty: nothing
  std::string stdin_file;      ///< empty: /dev/null
  std::optional<base::Duration> timeout;
  ExecutionLimits limits;
  PrefixScope prefix = PrefixScope::command;  ///< of the target's `exec`
  bool stack_if_it_hangs = false;             ///< before the timeout ends it, a debugger is asked where it is
};

/// How a machine writes a file of its own to stdout.
struct FileCommand {
  std::string command;
  bool digested = false;  ///< it writes the digest and not the bytes
};
enum FileStatus { file_missing = 66, file_not_regular = 67 };

/// A request under way. Destroying it is not allowed before it has ended.
class RunningExecution {
 public:
  virtual ~RunningExecution() = default;
  /// Ends it with everything that it started; it then ends as `cancelled`. `now`: without mercy.
  virtual void cancel(bool now) = 0;
  /// Stops the processes that it has, and its clock, until resume(). What is being forked at that moment may go on.
  virtual void suspend() = 0;
  virtual void resume() = 0;
};

/// Runs commands on one target. Used on the scheduler's thread.
class Executor {
 public:
  virtual ~Executor() = default;
  /// A command that writes a file of the machine to its stdout, for executors of other machines; nothing where files
  /// can be read directly. It ends with one of the FileStatus if the file is none to read. With a `digest`, a command
  /// that writes that digest in hexadecimal and then anything, if the target wants that.
  virtual std::optional<FileCommand> file_command(const std::string& path,
                                                  std::optional<base::DigestAlgorithm> digest) const {
    (void)path, (void)digest;
    return std::nullopt;
  }
  /// Starts a command. `done` is called once, later, on the scheduler's thread.
  virtual std::shared_ptr<RunningExecution> execute(ExecutionRequest request, OutputSink& output, OutputSink& error,
                                                    std::function<void(model::Execution)> done) = 0;
};

}  // namespace fatespec::runner
