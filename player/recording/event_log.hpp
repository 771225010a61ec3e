// Where every part of the player says what happens.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "player/common/clock.hpp"
#include "player/recording/event_encoder.hpp"
#include "player/recording/recorder.hpp"
#include "sessions/defects.hpp"

namespace fatespec::player {

/// Stamps events with the clock and the media time and hands them to the recorder, if there is one. Any thread.
class EventLog {
 public:
  EventLog(const Clock& clock, Recorder* recorder) : clock_(clock), recorder_(recorder) {}

  template <class... Fields>
  void emit(sessions::EventKind kind, sessions::ThreadId thread, const Fields&... fields) {
    emit_at(clock_.now(), kind, thread, fields...);
  }
  template <class... Fields>
  void emit_at(Time wall, sessions::EventKind kind, sessions::ThreadId thread, const Fields&... fields) {
    counts_.at(static_cast<std::size_t>(kind)).fetch_add(1, std::memory_order_relaxed);
    if (thread == sessions::ThreadId::main) meter_.consume({kind, thread, wall, std::nullopt, {value(fields)...}});
    if (recorder_ == nullptr) return;
    recorder_->append(EventEncoder(kind, thread, wall, media_time(), fields...).bytes());
  }

  /// How many events of that kind there were.
  std::uint64_t count(sessions::EventKind kind) const {
    return counts_.at(static_cast<std::size_t>(kind)).load(std::memory_order_relaxed);
  }

  /// What has gone wrong so far, as a report on the recording will tell it. Main thread.
  sessions::DefectCounts defects() const;

  /// Where the play stands; the main thread says so.
  void set_media_time(std::optional<Time> time) { media_.store(time.value_or(unknown), std::memory_order_relaxed); }
  std::optional<Time> media_time() const {
    const Time time = media_.load(std::memory_order_relaxed);
    return time == unknown ? std::nullopt : std::optional(time);
  }

 private:
  static sessions::Value value(const Field& field);

  static constexpr Time unknown = never;
  static constexpr std::size_t kinds = 32;

  const Clock& clock_;
  Recorder* recorder_;
  std::atomic<Time> media_{unknown};
  sessions::DefectMeter meter_;  ///< of the main thread's events, which are those that need an order
  std::array<std::atomic<std::uint64_t>, kinds> counts_{};
};

}  // namespace fatespec::player
