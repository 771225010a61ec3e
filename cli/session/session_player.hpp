// Plays samples of a session and keeps their recordings.
#pragma once

#include <string>
#include <vector>

#include "base/file.hpp"
#include "cli/common/exit_code.hpp"
#include "cli/session/player_pool.hpp"
#include "sessions/session.hpp"

namespace fatespec::cli {

struct PlaySettings {
  std::string clock = "real";
  /// More than one job with a virtual clock only: they would disturb each other's time.
  PoolSettings pool;
  int repeat = 1;  ///< plays of each sample
};

/// One of a sample's plays, from 1 on.
struct PlayOfSample {
  std::string sample;
  int number = 1;
};

struct PlayedSamples {
  int played = 0;
  int failed = 0;  ///< could not be opened, or not all of it decoded
  int crashed = 0;
  int stopped_by = 0;  ///< a signal to us; 0: none
};

/// Only one process plays a session at a time: holds it as long as the descriptor is open.
base::Result<base::FileDescriptor> lock_for_play(const sessions::Session& session);

/// In an order of rounds: every sample once, then every one again; what disturbs a while does not hit every play of
/// one sample.
std::vector<PlayOfSample> all_plays(const std::vector<std::string>& samples, int repeat);

/// Each play is a process of its own, recorded aside: until its recording is whole, or the player has crashed, an older
/// one stays. Crashes are added to the session's crash reports. With a terminal, a bar tells how far it is.
OrExit<PlayedSamples> play_samples(const sessions::Session& session, const std::vector<PlayOfSample>& plays,
                                   const PlaySettings& settings);

}  // namespace fatespec::cli
