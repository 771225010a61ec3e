// What a player says of itself while it plays: the kinds of events, their fields and units. docs/recording-format.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fatespec::sessions {

/// The numbers are those of the file format: never reuse one. Below 24 they take one byte.
enum class EventKind : std::uint8_t {
  opened = 1,
  started = 2,
  seek_requested = 3,
  update = 4,
  frame_dropped = 5,
  frame_current = 6,
  no_frame = 7,
  image_missing = 8,
  rescheduled = 9,
  ended = 10,
  early_return = 11,
  frame_shown = 12,
  paused = 13,
  resumed = 14,
  audio_callback = 15,
  underrun = 16,
  queues = 17,
  decode_error = 18,
  demux_error = 19,
  seek_flushed = 20,
  seek_done = 21,
  stream_ended = 22,
  format_changed = 23,
  driver_reset = 24,
  window = 25,
  fault_injected = 26,
  no_progress = 27,
  crash = 28,
};

/// The threads of the player.
enum class ThreadId : std::uint8_t { main, demuxer, video_decoder, audio_decoder, audio_device, watchdog };
std::string_view name_of(ThreadId thread);

/// What a field's number means.
enum class Unit : std::uint8_t {
  nanoseconds,  ///< a time or a duration
  count,        ///< of frames, packets, …; also plain numbers and yes (1) or no (0)
  bytes,
  pixels,
  address,
  text,
};

struct FieldInfo {
  std::string_view name;
  Unit unit = Unit::count;
};

constexpr std::size_t most_fields = 6;

struct EventInfo {
  EventKind kind{};
  std::string_view name;         ///< as reports and JSON call it
  std::string_view classic;      ///< its name in the suite that this one follows; empty if that did not know it
  std::string_view description;  ///< as the classic texts put it
  std::array<FieldInfo, most_fields> fields{};

  std::span<const FieldInfo> named_fields() const;
};

/// Every kind, in the order of the numbers.
std::span<const EventInfo> all_event_kinds();
/// Nothing for a number that this version does not know.
const EventInfo* find_event_kind(std::uint64_t number);

/// A field's value; what was unknown to the player is `none`.
struct Value {
  enum class Type : std::uint8_t { none, integer, text };
  Type type = Type::none;
  std::int64_t integer = 0;
  std::string_view text;  ///< into the recording's bytes

  std::optional<std::int64_t> number() const { return type == Type::integer ? std::optional(integer) : std::nullopt; }
};

struct Event {
  EventKind kind{};
  ThreadId thread{};
  std::int64_t wall = 0;              ///< nanoseconds since the recording began; never restarts
  std::optional<std::int64_t> media;  ///< nanoseconds: where the play stood
  std::array<Value, most_fields> fields{};

  std::optional<std::int64_t> number(std::size_t field) const { return fields.at(field).number(); }
};

}  // namespace fatespec::sessions
