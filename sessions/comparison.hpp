// What is better or worse in one session than in another.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sessions/session_reports.hpp"

namespace fatespec::sessions {

/// How often a defect occurred before and now. It is a change only if the plays of the one session and those of the
/// other do not overlap: what differs as much between the plays of one session is noise.
struct DefectChange {
  enum class Kind { appeared, went, grew, shrank, noise };
  Defect defect{};
  CountRange before;
  CountRange now;
  Kind kind = Kind::noise;

  bool worse() const { return kind == Kind::appeared || kind == Kind::grew; }
};
std::string_view name_of(DefectChange::Kind kind);

struct SampleComparison {
  std::string sample;
  std::size_t plays_before = 1;
  std::size_t plays_now = 1;
  std::vector<DefectChange> changes;  ///< of the defects whose counts differ at all
};

struct SessionFigures {
  std::string name;
  std::size_t crashes = 0;
  double defects_per_sample = 0;  ///< of the samples compared
};

struct Comparison {
  SessionFigures now;
  SessionFigures before;
  std::size_t compared = 0;
  std::size_t longer = 0;                                    ///< samples of the longer playlist
  std::map<std::string, std::vector<std::string>> left_out;  ///< by reason
  std::vector<SampleComparison> samples;                     ///< those with a difference
  bool lost_now = false;  ///< a sample crashes, or has no recording that can be read, that was well before

  double confidence() const { return longer == 0 ? 0 : static_cast<double>(compared) / static_cast<double>(longer); }
  bool worse() const;
};

Comparison compare_sessions(const std::string& session, const std::vector<SampleOutcome>& outcomes,
                            const std::string& other, const std::vector<SampleOutcome>& other_outcomes);

std::string comparison_text(const Comparison& comparison);
std::string comparison_json(const Comparison& comparison);

}  // namespace fatespec::sessions
