// Starts processes. Only this file's implementation knows Boost.Process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file.hpp"

namespace fatespec::runner {

struct LaunchRequest {
  std::string program;                                    ///< a path
  std::vector<std::string> words;                         ///< argv, the program's name first
  const std::vector<std::string>* environment = nullptr;  ///< "NAME=value"
  std::string directory;
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  bool here = false;   ///< it begins on the processor that the caller is on
  int cgroup_fd = -1;  ///< where it enters a TestCgroup before it runs; one that cannot be entered is left out
};

/// A started process: its id, or the errno value of what failed.
struct LaunchResult {
  pid_t pid = -1;
  int error = 0;
  int processor = -1;  ///< on which it began to run the program; -1: not known
};

/// Raises our limit of open descriptors as far as we may: many tests at once need some each. What is launched has the
/// limit that we were given. To be called before the first launch.
void use_all_descriptors();

/// Starts a process as the leader of a process group of its own, without a terminal, with no descriptor but
/// the three, no signal blocked or ignored. Returns when the program runs or could not be run; a failed start leaves no
/// process behind.
///
/// Boost.Process' own launchers are not used: the forking one leaves a zombie and runs exit handlers when the program
/// cannot be run, leaks descriptors and costs 16 ms a start in a process of 500 MB; the vforking one lets the child
/// change the parent's event loop. This one is derived from them and keeps their initialisers.
LaunchResult launch(const LaunchRequest& request);

}  // namespace fatespec::runner
