#include "sessions/event.hpp"

#include <algorithm>

namespace fatespec::sessions {
namespace {

constexpr FieldInfo time(std::string_view name) { return {name, Unit::nanoseconds}; }
constexpr FieldInfo count(std::string_view name) { return {name, Unit::count}; }
constexpr FieldInfo text(std::string_view name) { return {name, Unit::text}; }

using K = EventKind;

constexpr std::array kinds = std::to_array<EventInfo>({
    {K::opened, "opened", "mp.im", "Play", {text("sample")}},
    {K::started, "started", "p.P._sp", "Start playing", {}},
    {K::seek_requested, "seek_requested", "p.P.sk", "Seek", {time("seek_to_time")}},
    {K::update, "update", "p.P.ut.1.0", "Enter update_texture", {time("dt"), time("audio_time")}},
    {K::frame_dropped, "frame_dropped", "p.P.ut.1.5", "Discard video frame too old,", {time("video_time")}},
    {K::frame_current, "frame_current", "p.P.ut.1.6", "Current video frame,", {time("video_time")}},
    {K::no_frame,
     "no_frame",
     "p.P.ut.1.7",
     "Early return doing nothing because video_time is None (likely EOV),",
     {time("rescheduling_time"), count("ended")}},
    {K::image_missing, "image_missing", "p.P.ut.1.8", "Image frame is None (?)", {}},
    {K::rescheduled,
     "rescheduled",
     "p.P.ut.1.9",
     "Re-scheduling,",
     {time("rescheduling_time"), time("next_video_time")}},
    {K::ended, "ended", "p.P.oe", ">>> play ends", {count("status"), text("reason")}},
    {K::early_return,
     "early_return",
     "",
     "Early return, the frame is not due yet,",
     {time("rescheduling_time"), time("video_time")}},
    {K::frame_shown, "frame_shown", "", "Frame shown,", {time("video_time"), time("due_time"), time("drift")}},
    {K::paused, "paused", "", "Pause", {}},
    {K::resumed, "resumed", "", "Resume", {}},
    {K::audio_callback, "audio_callback", "", "Audio callback,", {time("audio_time"), time("buffered")}},
    {K::underrun, "underrun", "", "Audio underrun,", {time("missing"), time("audio_time")}},
    {K::queues,
     "queues",
     "",
     "Queue levels,",
     {count("video_packets"), count("video_frames"), count("audio_packets"), time("audio_buffered"),
      FieldInfo{"packet_bytes", Unit::bytes}}},
    {K::decode_error, "decode_error", "", "Decode error,", {count("stream"), count("code"), text("message")}},
    {K::demux_error, "demux_error", "", "Demux error,", {count("code"), text("message")}},
    {K::seek_flushed, "seek_flushed", "", "Seek flushed,", {count("generation")}},
    {K::seek_done, "seek_done", "", "Seek done,", {time("seek_to_time"), time("reached")}},
    {K::stream_ended,
     "stream_ended",
     "",
     "Stream ended,",
     {count("stream"), time("end_time"), count("packets"), count("frames")}},
    {K::format_changed, "format_changed", "", "Format changed,", {count("stream"), text("format")}},
    {K::driver_reset, "driver_reset", "", "Driver reset,", {text("driver")}},
    {K::window,
     "window",
     "",
     "Window,",
     {text("what"), FieldInfo{"width", Unit::pixels}, FieldInfo{"height", Unit::pixels}}},
    {K::fault_injected, "fault_injected", "", "Fault injected,", {text("fault")}},
    {K::no_progress, "no_progress", "", "No progress,", {time("waited")}},
    {K::crash,
     "crash",
     "crash",
     "media_player crashed.",
     {count("signal"), FieldInfo{"address", Unit::address}, text("thread")}},
});

}  // namespace

std::string_view name_of(ThreadId thread) {
  constexpr std::array<std::string_view, 6> names = {"main",          "demuxer",      "video decoder",
                                                     "audio decoder", "audio device", "watchdog"};
  return names.at(static_cast<std::size_t>(thread));
}

std::span<const FieldInfo> EventInfo::named_fields() const {
  const auto end =
      std::find_if(fields.begin(), fields.end(), [](const FieldInfo& field) { return field.name.empty(); });
  return {fields.begin(), end};
}

std::span<const EventInfo> all_event_kinds() { return kinds; }

const EventInfo* find_event_kind(std::uint64_t number) {
  return number == 0 || number > kinds.size() ? nullptr : &kinds.at(number - 1);
}

}  // namespace fatespec::sessions
