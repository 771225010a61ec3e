#include "sessions/play_state.hpp"

#include <map>
#include <vector>

namespace fatespec::sessions {
namespace {

/// Fields of the same name are one and the same.
std::vector<std::array<std::uint8_t, most_data>> make_slots() {
  std::map<std::string_view, std::uint8_t> names;
  std::vector<std::array<std::uint8_t, most_data>> slots(1);
  for (const auto& info : all_event_kinds()) {
    auto& own = slots.emplace_back();
    const auto& fields = classic_fields(info.kind);
    for (std::size_t i = 0; i < fields.size(); ++i)
      own.at(i) = names.try_emplace(fields[i], static_cast<std::uint8_t>(names.size())).first->second;
  }
  return slots;
}

}  // namespace

std::size_t PlayState::slot(EventKind kind, std::size_t position) {
  static const auto slots = make_slots();
  return slots[static_cast<std::size_t>(kind)][position];
}

void PlayState::apply(const PlayerEvent& event) {
  for (std::size_t i = 0; i < event.count; ++i) values_.at(slot(event.kind, i)) = event.data.at(i);
  if (event.kind == EventKind::frame_dropped || event.kind == EventKind::rescheduled) ++frame_;
  if (event.kind != EventKind::update || event.count == 0) return;
  const Datum& dt = event.data[0];
  if (dt.type == Datum::Type::integer && pyglet_time_.type == Datum::Type::integer)
    pyglet_time_ = Datum::of(pyglet_time_.integer + dt.integer);
  else if (const auto seconds = dt.number()) pyglet_time_ = Datum::of(*pyglet_time_.number() + *seconds);
}

}  // namespace fatespec::sessions
