// What another program says: git, ffmpeg.
#pragma once

#include <string>

namespace fatespec::cli {

/// The stdout of a command line of our own making, its stderr dropped; empty if it cannot be run. Words in it that come
/// from elsewhere must be quoted.
std::string tool_output(const std::string& command);

}  // namespace fatespec::cli
