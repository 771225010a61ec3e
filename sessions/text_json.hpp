// The reports of one recording for programs: what the texts say, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "sessions/recording.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

// One object. Times are seconds; what was unknown is null.

void all_json(const Recording& recording, const TextSink& sink);
void anomalies_json(const Recording& recording, const TextSink& sink);
void counter_json(const Recording& recording, const TextSink& sink);

/// The lines of a text that was noted about a session.
std::string lines_json(std::string_view text);

}  // namespace fatespec::sessions
