// The times of a play, a row for each video update.
#pragma once

#include <cstdint>
#include <functional>

#include "sessions/recording.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

/// The state just before a video update.
struct TimelineRow {
  Datum wall_time;
  Datum pyglet_time;
  Datum audio_time;    ///< None where it was unknown
  Datum current_time;  ///< None where it was unknown
  std::int64_t frame = 0;
  Datum rescheduling_time;
};

/// The first update's row is left out: there is no state before it.
void visit_timeline(const Recording& recording, const std::function<void(const TimelineRow&)>& visitor);

/// A header with units and a line for each row; what was unknown is empty.
void timeline_csv(const Recording& recording, const TextSink& sink);
void timeline_json(const Recording& recording, const TextSink& sink);
/// A Python pickle (protocol 4) of plain data, in the layout of the classic suite: [rows, current times that were None,
/// audio times that were None]; in the rows the previous value stands for what was None, and the lists have
/// (wall time, previous value).
void timeline_pickle(const Recording& recording, const TextSink& sink);

}  // namespace fatespec::sessions
