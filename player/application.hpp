// Puts a play together: clock, recording, sample, window and sound.
#pragma once

#include "player/options.hpp"

namespace fatespec::player {

/// Plays what the options say; messages go to stderr, the state to stdout. The program's exit status.
ExitStatus run_application(const Options& options);

}  // namespace fatespec::player
