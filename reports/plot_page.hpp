// A page that plots the events of one recording, or of two on one time line. It loads nothing: everything is inside.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "sessions/alignment.hpp"
#include "sessions/recording.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::reports {

struct PlottedRecording {
  std::string label;  ///< the session's name
  const sessions::Recording* recording = nullptr;
};

/// False if the program was built without the library that plots.
bool can_plot();

/// Writes the page. Of two recordings, `alignment` (none: null) says where they part.
void write_plot_page(const std::string& sample, const std::vector<PlottedRecording>& recordings,
                     const sessions::Alignment* alignment, const sessions::TextSink& sink);

}  // namespace fatespec::reports
