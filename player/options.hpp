// The player's command line.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "player/common/faults.hpp"
#include "player/player.hpp"

namespace fatespec::player {

struct Options {
  std::string sample;
  std::string recording;  ///< empty: none
  bool virtual_clock = false;
  bool video = true;
  bool audio = true;
  bool headless = false;
  bool null_audio = false;
  bool full_screen = false;
  bool overlay = false;
  bool quiet = false;
  int volume = AudioFeed::full_volume;
  Time hang_limit = 10 * second;
  std::vector<Fault> faults;
  std::vector<PlannedPress> presses;
  std::string text;  ///< the options as they were given
};

/// "right@2s,space@3.5s"
base::Result<std::vector<PlannedPress>> parse_presses(std::string_view text);

/// The options, or the exit status with which the program is to end: help was asked for, or something is wrong.
struct ParsedOptions {
  bool run = false;
  int exit_status = 0;
  Options options;
};
ParsedOptions parse_options(int argc, char** argv);

}  // namespace fatespec::player
