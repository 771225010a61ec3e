// How one attempt at a test ended, as the machine saw it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace fatespec::model {

/// What a POSIX shell reports of a program that it could not run (XCU 2.8.2).
inline constexpr int status_not_executable = 126;
inline constexpr int status_not_found = 127;
/// A shell's status is this and the number of the signal that ended a command.
inline constexpr int status_signal_base = 128;

enum class Ending {
  exited,         ///< with `status`
  signalled,      ///< by `signal`
  timed_out,      ///< and was killed with all that it had started
  not_started,    ///< see `problem`
  cancelled,      ///< the run was interrupted
  over_limit,     ///< it took more than it may of something, see `problem`, and was killed
  short_of_disk,  ///< it was killed before it filled the disk, which had little: this says nothing about the test
  unreadable,     ///< its output could not be read, see `problem`, and it was killed: this says nothing about the test
  lost,           ///< the machine that ran it was lost: this says nothing about the test
};

/// True if the runner ended it; not of what was lost.
constexpr bool is_ended_by_runner(Ending ending) {
  return ending == Ending::timed_out || ending == Ending::cancelled || ending == Ending::over_limit ||
         ending == Ending::short_of_disk || ending == Ending::unreadable;
}

/// What a process tree used: the test's process and every descendant that was waited for.
struct Usage {
  base::Duration user{0};
  base::Duration system{0};
  std::uint64_t max_rss_kib = 0;  ///< of the largest single process
};

struct Execution {
  Ending ending = Ending::not_started;
  int status = 0;
  int signal = 0;
  bool via_shell = false;  ///< a shell ran the command: status 126, 127 and 128+n are its reports
  bool leaky = false;      ///< something kept the output open after the test had ended
  bool took_down = false;  ///< if lost: the machine went down, not the line alone
  std::string problem;     ///< why it was not started, or what went wrong around it
  std::string stack;       ///< of what hung when the time was up, if a debugger could tell
  Usage usage;
  base::Duration wall{0};
  /// Bytes that the disk under the tests' directories had free at its end, where another machine tells: if it failed.
  std::optional<std::uint64_t> free_disk;
};

}  // namespace fatespec::model
