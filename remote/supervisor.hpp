// The scripts that run on a board, and what they are told.
#pragma once

#include <string>
#include <string_view>

namespace fatespec::remote {

/// What the supervisors of one connection share.
struct SupervisorSettings {
  std::string token;      ///< random: marks messages
  std::string run;        ///< the run's id
  std::string directory;  ///< the target's scratch directory
  std::string root;       ///< of this connection, inside `directory`
  int patience = 15;      ///< seconds without a word after which the runner is taken for gone
};

/// A random token that no output contains by chance.
std::string new_token();

/// An order to the control script: brings the program that starts and measures tests, see launcher/launch.c.
std::string install_launcher_order();

/// The first line of what comes through stdin.
inline constexpr std::string_view script_mark = "# fatespec";
/// What is said where it is not the first line.
inline constexpr std::string_view script_was_read =
    "the start-up files of the login there read from stdin, where our orders come: they must not";
/// What a shell on the board is started with; the script is its stdin. The login's start-up files stand in front of it
/// and may have taken the beginning: of what is left nothing must run, as it removes files.
std::string supervisor_command();
std::string control_script(const SupervisorSettings& settings);
/// Of an upload; what it is told goes in front.
std::string_view deploy_script();
std::string worker_script(const SupervisorSettings& settings, int worker);

}  // namespace fatespec::remote
