// An SDL window that shows pictures and takes keys.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "player/picture/display.hpp"
#include "player/recording/event_log.hpp"

namespace fatespec::player {

struct WindowOptions {
  std::string title;
  int width = 640;  ///< of the picture as it is shown; 0: there is none
  int height = 360;
  double rotation = 0;               ///< degrees clockwise
  AVRational pixel_aspect = {1, 1};  ///< width to height of a pixel; 0: square
  bool full_screen = false;
};

/// True if there is a display to open a window on.
bool display_available();

base::Result<std::unique_ptr<Display>> open_window(const WindowOptions& options, EventLog& log);

}  // namespace fatespec::player
