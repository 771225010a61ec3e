// A target's `exec`: a program such as `taskset 3` or an emulator in front of what is tested.
#pragma once

#include <string>

namespace fatespec::runner {

/// Where the prefix of a target goes.
enum class PrefixScope {
  command,   ///< in front of the command line: a test
  programs,  ///< only in front of programs given by a path or a variable: a question to the machine
  nothing,   ///< nowhere: what the runner itself does there
};

/// A command line with the prefix in front. Of one that a shell has to run, it goes in front of every program that is
/// given by a path or a variable: `/fate/ffmpeg … | tr a b && "$FFPROBE" …`; other programs are the machine's own. If
/// there is none such, the shell itself is run by it.
std::string with_prefix(const std::string& prefix, const std::string& command,
                        PrefixScope scope = PrefixScope::command);

}  // namespace fatespec::runner
