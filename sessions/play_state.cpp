#include "sessions/play_state.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "sessions/recording.hpp"

namespace fatespec::sessions {
namespace {

constexpr std::size_t most_kinds = 32;

/// Fields of the same name are one and the same in what the classic suite knew. Those of other events mean something
/// else: the sound's time at the end of a buffer is not the one that is heard now.
std::array<std::array<std::uint8_t, most_data>, most_kinds> make_slots() {
  std::map<std::string, std::uint8_t> names;
  std::array<std::array<std::uint8_t, most_data>, most_kinds> slots{};
  for (const auto& info : all_event_kinds()) {
    const auto& fields = classic_fields(info.kind);
    const std::string owner = info.classic.empty() ? std::string(info.name) + "." : "";
    for (std::size_t i = 0; i < fields.size(); ++i)
      slots.at(static_cast<std::size_t>(info.kind)).at(i) =
          names.try_emplace(owner + std::string(fields[i]), static_cast<std::uint8_t>(names.size())).first->second;
  }
  return slots;
}

const auto slots_of_kinds = make_slots();

const auto fields_of_kinds = [] {
  std::array<std::size_t, most_kinds> counts{};
  for (const auto& info : all_event_kinds())
    counts.at(static_cast<std::size_t>(info.kind)) = classic_fields(info.kind).size();
  return counts;
}();

}  // namespace

std::size_t PlayState::slot(EventKind kind, std::size_t position) {
  return slots_of_kinds[static_cast<std::size_t>(kind)][position];
}

void PlayState::apply(const PlayerEvent& event) {
  const std::size_t known = std::min(event.data.size(), fields_of_kinds[static_cast<std::size_t>(event.kind)]);
  for (std::size_t i = 0; i < known; ++i) values_[slot(event.kind, i)] = event.data[i];
  if (event.kind == EventKind::frame_dropped || event.kind == EventKind::rescheduled) ++frame_;
  if (event.kind != EventKind::update || event.data.empty()) return;
  const Datum& dt = event.data[0];
  std::int64_t sum = 0;
  const bool are_integers = dt.type == Datum::Type::integer && pyglet_time_.type == Datum::Type::integer;
  if (are_integers && !__builtin_add_overflow(pyglet_time_.integer, dt.integer, &sum)) pyglet_time_ = Datum::of(sum);
  else if (const auto seconds = dt.number()) pyglet_time_ = Datum::of(*pyglet_time_.number() + *seconds);
}

}  // namespace fatespec::sessions
