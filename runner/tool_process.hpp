// A program that is run to its end for its own sake, not as a test: by `diverge`, `bisect`.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace fatespec::runner {

struct ToolRequest {
  std::vector<std::string> words;
  std::string directory;                 ///< where it runs; empty: here
  std::vector<std::string> environment;  ///< NAME=value; empty: ours
  std::string input;                     ///< a file; empty: nothing
  std::string output;                    ///< a file that its stdout becomes
  std::string error;                     ///< a file that its stderr becomes
  base::Duration limit = std::chrono::minutes(10);
};

struct ToolEnd {
  int status = 0;  ///< 128 + signal if one ended it
  bool timed_out = false;
};

/// Runs it in a process group of its own; when its time is over, or a signal ends this program's waiting, the group is
/// killed. Blocks the calling thread.
base::Result<ToolEnd> run_tool(const ToolRequest& request);

}  // namespace fatespec::runner
