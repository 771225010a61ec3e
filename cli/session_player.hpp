// Plays samples of a session and keeps their recordings.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/exit_code.hpp"
#include "sessions/session.hpp"

namespace fatespec::cli {

struct PlaySettings {
  std::string clock = "real";
  int jobs = 1;    ///< at once; more than one with a virtual clock only: they would disturb each other's time
  int repeat = 1;  ///< plays of each sample
};

struct PlayedSamples {
  int played = 0;
  int failed = 0;  ///< could not be opened, or not all of it decoded
  int crashed = 0;
  bool interrupted = false;
};

/// Each play is a process of its own, recorded aside: until its recording is whole, or the player has crashed, an older
/// one stays. Crashes are added to the session's crash reports. With a terminal, a bar tells how far it is.
std::variant<PlayedSamples, ExitCode> play_samples(const sessions::Session& session,
                                                   const std::vector<std::string>& samples,
                                                   const PlaySettings& settings);

}  // namespace fatespec::cli
