// What is known of a play that crashed, kept when a later play replaces its recording.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sessions/recording.hpp"

namespace fatespec::sessions {

struct CrashReport {
  std::string sample;
  int play = 1;    ///< which of the sample's plays, where each is played repeatedly
  int number = 1;  ///< of the crashes of this sample in this session
  int signal = 0;  ///< 0: none is known
  int status = 0;  ///< exit status of the player; 0 where a signal ended it
  std::string thread;
  std::string note;                       ///< why it was ended, where it did not end by itself
  std::vector<std::string> stderr_lines;  ///< the last ones
  std::vector<std::string> last_events;   ///< as the text report has them
};

/// The last lines of `all` of a recording.
std::vector<std::string> last_events(const Recording& recording);

/// Several lines.
std::string crash_text(const CrashReport& crash);
nlohmann::ordered_json crash_json(const CrashReport& crash);
CrashReport crash_of_json(const nlohmann::ordered_json& value);

}  // namespace fatespec::sessions
