// Runs the player, a program of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::cli {

/// $FATESPEC_PLAYER, else the player beside this program.
std::string player_program();

/// How a play ended.
struct PlayerExit {
  int status = 0;  ///< of the process; 128 + signal if one ended it
  int signal = 0;
};

/// Of a status as waitpid() gives it.
PlayerExit player_exit(int status);

enum class PlayerKeys { of_window, of_terminal_too };

/// Starts the player; its stderr goes to `error`, or to ours if that is -1. Returns an error's number, or 0.
int spawn_player(const std::vector<std::string>& arguments, PlayerKeys keys, int error, pid_t& pid);

/// Runs the player to its end with these arguments. What it writes to stderr goes to ours, and with a `recording` is
/// kept beside that, in RECORDING.stderr, if it is anything: what a library said before a crash is not lost with the
/// process. Where the player refuses to write over a file of that name, what is beside it stays as well.
base::Result<PlayerExit> run_player(const std::vector<std::string>& arguments, const std::string& recording);

}  // namespace fatespec::cli
