// Texts about all recordings of a session.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sessions/recording.hpp"
#include "sessions/session.hpp"

namespace fatespec::sessions {

/// How one sample fared.
struct SampleOutcome {
  std::string sample;
  bool recorded = false;
  bool crashed = false;
  DefectCounts defects;
  std::string problem;  ///< the recording cannot be read, or is damaged
};

/// Of every sample of the playlist. A recording that cannot be read is told and spoils nothing else.
base::Result<std::vector<SampleOutcome>> outcomes_of(const Session& session);

/// The text of 00_summary.txt.
std::string summary_text(const Session& session, const std::vector<SampleOutcome>& outcomes, const CrashState& crashes);

/// The state after one play, where none is kept: what crashes now is all that is known.
CrashState crash_state_of(const std::vector<SampleOutcome>& outcomes);

struct Comparison {
  std::string text;
  bool worse = false;  ///< the session has a defect that the other had not, or more of one
};
/// `session` against `other`: an overall table, and the samples whose defects differ.
Comparison compare_sessions(const std::string& session, const std::vector<SampleOutcome>& outcomes,
                            const std::string& other, const std::vector<SampleOutcome>& other_outcomes);

}  // namespace fatespec::sessions
