// Texts about all recordings of a session.
#pragma once

#include <string>
#include <vector>

#include "sessions/recording.hpp"
#include "sessions/session.hpp"

namespace fatespec::sessions {

/// How one sample fared.
struct SampleOutcome {
  std::string sample;
  bool recorded = false;
  bool crashed = false;             ///< in every play
  bool crashed_once = false;        ///< in one of them at least
  DefectCounts defects;             ///< of its first play
  std::vector<DefectCounts> plays;  ///< of every play that can be read; more than one where it was played repeatedly
  std::string problem;              ///< the recording cannot be read, or is damaged

  /// In every play.
  bool perfect() const;
  bool unreadable() const { return !problem.empty() && !crashed && defects.total() == 0; }
};

/// Over the plays of one sample in one session.
struct CountRange {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  double median = 0;
};
CountRange range_of(const SampleOutcome& outcome, Defect defect);

/// Of every sample of the playlist, read by as many threads as there are processors. A recording that cannot be read is
/// told and spoils nothing else.
base::Result<std::vector<SampleOutcome>> outcomes_of(const Session& session);

/// The text of 00_summary.txt.
std::string summary_text(const Session& session, const std::vector<SampleOutcome>& outcomes, const CrashState& crashes);

/// The state after one play, where none is kept: what crashes now is all that is known.
CrashState crash_state_of(const std::vector<SampleOutcome>& outcomes);

/// The same for programs, with what was noted about player and source tree.
std::string summary_json(const Session& session, const std::vector<SampleOutcome>& outcomes, const CrashState& crashes);

}  // namespace fatespec::sessions
