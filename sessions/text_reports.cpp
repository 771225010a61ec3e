#include "sessions/text_reports.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/compile.h>

#include "sessions/counter_report.hpp"
#include "sessions/play_state.hpp"
#include "sessions/python_text.hpp"

namespace fatespec::sessions {
namespace {

const EventInfo& info_of(EventKind kind) { return all_event_kinds()[static_cast<std::size_t>(kind) - 1]; }

/// What begins something; the rest is a part of it.
bool is_outermost(EventKind kind) {
  switch (kind) {
    case EventKind::crash:
    case EventKind::opened:
    case EventKind::started:
    case EventKind::seek_requested:
    case EventKind::update:
    case EventKind::ended:
    case EventKind::paused:
    case EventKind::resumed: return true;
    default: return false;
  }
}

bool is_anomaly_or_landmark(EventKind kind) {
  switch (kind) {
    case EventKind::crash:
    case EventKind::opened:
    case EventKind::seek_requested:
    case EventKind::frame_dropped:
    case EventKind::no_frame:
    case EventKind::image_missing:
    case EventKind::ended:
    case EventKind::underrun:
    case EventKind::decode_error:
    case EventKind::demux_error:
    case EventKind::no_progress: return true;
    default: return false;
  }
}

void append_event(std::string& text, const PlayerEvent& event, const PlayState& state) {
  text += info_of(event.kind).description;
  const auto& fields = classic_fields(event.kind);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += ' ';
    text += fields[i];
    text += ": ";
    append_python(text, state.field(event.kind, i));
  }
  if (event.kind != EventKind::frame_dropped) return;
  text += " ; current_time: ";
  append_python(text, state.current_time());
}

/// Lines that begin with the frame's number.
class Lines {
 public:
  explicit Lines(const TextSink& sink) : buffer_(sink) {}

  std::string& begin(const PlayState& state) {
    std::string& text = buffer_.text();
    if (!first_) text += '\n';
    first_ = false;
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{:4} "), state.frame());
    return text;
  }

 private:
  SinkBuffer buffer_;
  bool first_ = true;
};

bool in_the_past(const PlayerEvent& event) {
  return event.kind == EventKind::rescheduled && event.number(0).value_or(0) < 0;
}

}  // namespace

bool is_told_among_anomalies(const PlayerEvent& event) {
  return in_the_past(event) || is_anomaly_or_landmark(event.kind);
}

void report_all(const Recording& recording, const TextSink& sink) {
  Lines lines(sink);
  PlayState state;
  for (const PlayerEvent event : recording.events()) {
    state.apply(event);
    std::string& text = lines.begin(state);
    if (!is_outermost(event.kind)) text += "    ";
    append_event(text, event, state);
  }
}

void report_anomalies(const Recording& recording, const TextSink& sink) {
  Lines lines(sink);
  PlayState state;
  for (const PlayerEvent event : recording.events()) {
    state.apply(event);
    if (in_the_past(event)) {
      // The spelling is that of the classic text.
      fmt::format_to(std::back_inserter(lines.begin(state)), "!!! Scheduling in the past, reschedulling_time: {:f}",
                     *event.number(0));
    } else if (is_anomaly_or_landmark(event.kind)) {
      append_event(lines.begin(state), event, state);
    }
  }
}

std::string report_counter(const Recording& recording) { return counter_report(recording.defects()); }

}  // namespace fatespec::sessions
