// A program that is run to its end for its own sake, not as a test: by `diverge`, `bisect`.
#pragma once

#include <memory>
#include <optional>
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
  bool interrupted = false;  ///< by a signal to us, see ToolInterruption
};

/// While it lives, SIGINT, SIGTERM and SIGHUP (but those that were ignored before) end the tool that runs, and every
/// one after it, in place of this program: which can then clean up and end with exit_status(). One at a time.
class ToolInterruption {
 public:
  ToolInterruption();
  ToolInterruption(const ToolInterruption&) = delete;
  ToolInterruption& operator=(const ToolInterruption&) = delete;
  ~ToolInterruption();

  /// 128 + the signal that came; nothing if none did.
  static std::optional<int> exit_status();

 private:
  struct Before;
  std::unique_ptr<Before> before_;
};

/// Runs it in a process group of its own; when its time is over, or a signal has come, the group is killed. Blocks the
/// calling thread. After a signal to a ToolInterruption every later call returns at once, as `interrupted`, until
/// another one is made.
base::Result<ToolEnd> run_tool(const ToolRequest& request);

}  // namespace fatespec::runner
