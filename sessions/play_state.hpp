// The classic suite's view of a play: the latest value of every field, event after event.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sessions/event_list.hpp"

namespace fatespec::sessions {

/// Every field is None until an event names it; fields of the same name are one, but for events that the classic suite
/// did not know. An event that gives fewer fields than its kind has leaves the others.
class PlayState {
 public:
  void apply(const PlayerEvent& event);

  /// Of the event's fields, in their order.
  const Datum& field(EventKind kind, std::size_t position) const { return values_.at(slot(kind, position)); }
  const Datum& wall_time() const { return field(EventKind::update, 3); }
  const Datum& audio_time() const { return field(EventKind::update, 2); }
  const Datum& current_time() const { return field(EventKind::update, 1); }
  const Datum& rescheduling_time() const { return field(EventKind::rescheduled, 0); }
  /// Sum of the updates' dt. An update that a seek caused has none: the sum then stays as it is.
  const Datum& pyglet_time() const { return pyglet_time_; }
  std::int64_t frame() const { return frame_; }

 private:
  static std::size_t slot(EventKind kind, std::size_t position);

  static constexpr std::size_t slots = 64;
  std::array<Datum, slots> values_{};
  Datum pyglet_time_ = Datum::of(std::int64_t{0});
  std::int64_t frame_ = 0;
};

}  // namespace fatespec::sessions
