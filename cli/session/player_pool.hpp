// Plays samples, each in a player process of its own, several at once.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/session/player_process.hpp"

namespace fatespec::cli {

struct Play {
  std::string sample;
  int number = 1;                      ///< of the sample's plays
  std::vector<std::string> arguments;  ///< of the player
  std::string recording;               ///< which it writes: it tells how long the sample is
  std::string stderr_file;             ///< made if the player says anything
};

struct PoolSettings {
  int jobs = 1;                    ///< at once
  std::chrono::seconds grace{60};  ///< how much longer than twice its sample a play may take
};

struct PlayEnd : PlayerExit {
  bool stopped = false;  ///< by a signal to us, handed on
  std::string note;      ///< why it was ended, if it did not end by itself
};

struct PoolCalls {
  std::function<void(const Play&)> begins;
  std::function<base::Result<void>(const Play&, const PlayEnd&)> ends;
};

/// Runs all plays. A play that takes longer than twice its sample (as the recording knows it; ten minutes where it does
/// not) and `grace` more is ended. SIGINT, SIGTERM and SIGHUP are handed on to the players, and
/// nothing is started after one. One that was ignored when we began stays so, as SIGHUP under nohup. Gives the signal,
/// or 0.
base::Result<int> run_plays(std::vector<Play> plays, const PoolSettings& settings, const PoolCalls& calls);

}  // namespace fatespec::cli
