// What went wrong in a play, as far as its events tell. docs/defects.md gives the limits and their reasons.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/defect.hpp"
#include "sessions/event.hpp"
#include "sessions/recording_header.hpp"

namespace fatespec::sessions {

using model::Defect;
using model::defect_kinds;

struct DefectInfo {
  Defect defect{};
  std::string_view description;  ///< in reports
  /// Nanoseconds beyond which it is a defect; 0: each occurrence is one.
  std::int64_t limit = 0;
};

std::span<const DefectInfo> all_defects();
const DefectInfo& info_of(Defect defect);

/// How often each defect occurred.
struct DefectCounts {
  std::array<std::uint64_t, defect_kinds> counts{};

  std::uint64_t& operator[](Defect defect) { return counts.at(static_cast<std::size_t>(defect)); }
  std::uint64_t operator[](Defect defect) const { return counts.at(static_cast<std::size_t>(defect)); }
  std::uint64_t total() const;
};

/// Where the limits of the defects that have one lie.
struct DefectLimits {
  std::array<std::int64_t, defect_kinds> nanoseconds{};

  DefectLimits();
  std::int64_t& operator[](Defect defect) { return nanoseconds.at(static_cast<std::size_t>(defect)); }
  std::int64_t operator[](Defect defect) const { return nanoseconds.at(static_cast<std::size_t>(defect)); }
};

/// Finds the defects in a stream of events. Takes them one by one, in memory that does not grow.
class DefectMeter {
 public:
  explicit DefectMeter(const DefectLimits& limits = {}) : limits_(limits) {}

  void consume(const Event& event);
  /// Those that do not need the end of the play.
  const DefectCounts& so_far() const { return counts_; }
  /// All there is: of a play that ended and of one that did not.
  DefectCounts finish(const RecordingHeader& header) const;

 private:
  void consume_shown(const Event& event);
  void consume_end(const Event& event);
  void judge_ends(const RecordingHeader& header, DefectCounts& counts) const;

  struct StreamEnd {
    int stream = 0;
    std::int64_t time = 0;
    std::int64_t packets = 0;
    std::int64_t frames = 0;
  };
  static constexpr std::size_t most_streams = 2;

  void judge_stream(const StreamHeader& stream, const SampleHeader& sample, DefectCounts& counts) const;
  const StreamEnd* end_of(int stream) const;

  DefectLimits limits_;
  DefectCounts counts_;
  std::optional<std::int64_t> last_shown_;       ///< wall
  std::optional<std::int64_t> last_shown_time_;  ///< of the video
  std::optional<std::int64_t> next_time_;        ///< of the frame that is to follow it
  std::array<StreamEnd, most_streams> ends_{};
  std::size_t ended_streams_ = 0;
  bool sought_ = false;
  bool awaits_frame_ = false;  ///< since a seek
  bool is_paused_ = false;
  bool ended_ = false;
  bool ended_by_user_ = false;
};

}  // namespace fatespec::sessions
