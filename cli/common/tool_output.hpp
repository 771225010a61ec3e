// What another program says: git, make, ffmpeg.
#pragma once

#include <chrono>
#include <string>

namespace fatespec::cli {

struct ToolAnswer {
  std::string text;  ///< its stdout
  int status = -1;   ///< the exit status; -1 if a signal ended it or it was not started
};

/// Runs a command line of our own making by the shell, stdin and stderr from and to nowhere (`2>&1` in it takes stderr
/// along). When `limit` is over the shell is killed, or with `exec` in front the program: what hangs may be what is
/// being tested. Blocks. Words in it that come from elsewhere must be quoted.
ToolAnswer ask_tool(const std::string& command, std::chrono::seconds limit = std::chrono::minutes(10));
/// The text alone; empty if it cannot be run.
std::string tool_output(const std::string& command, std::chrono::seconds limit = std::chrono::minutes(10));

}  // namespace fatespec::cli
