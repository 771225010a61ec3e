// The classic texts of one recording.
#pragma once

#include <string>

#include "sessions/recording.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

// UTF-8, lines joined by newlines, none at the end. Of recordings that the classic suite made they are the same to the
// byte as its own, wherever those are right; docs/sessions.md lists where they are not.

/// Every event, with the number of the frame after it.
void report_all(const Recording& recording, const TextSink& sink);
/// True for the events that report_anomalies() has.
bool is_told_among_anomalies(const PlayerEvent& event);
/// The events that are defects, and those that tell where in the play they are.
void report_anomalies(const Recording& recording, const TextSink& sink);
/// How often each defect occurred.
std::string report_counter(const Recording& recording);

}  // namespace fatespec::sessions
