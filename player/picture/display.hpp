// Where pictures go, and where the user's wishes come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "player/common/clock.hpp"
#include "player/common/ffmpeg.hpp"

namespace fatespec::player {

enum class Action {
  quit,
  toggle_pause,
  seek_by,  ///< `amount` seconds
  step,
  toggle_full_screen,
  toggle_mute,
  change_volume,  ///< `amount` percent
  toggle_overlay,
  audio_device_lost,
};

struct UserAction {
  Action action{};
  int amount = 0;
};

/// Main thread. wait() also returns when poll() would give something.
class Display : public Waiter {
 public:
  /// Makes the next picture ready: the slow part. The picture may be gone afterwards.
  virtual void prepare(const AVFrame& picture) = 0;
  /// Shows what was prepared last.
  virtual void show() = 0;
  /// Shows the same picture again, with what has changed around it.
  virtual void redraw() = 0;
  /// Nothing: no overlay.
  virtual void set_overlay(std::vector<std::string> lines) = 0;
  virtual void toggle_full_screen() = 0;
  /// The next wish; nothing if there is none.
  virtual std::optional<UserAction> poll() = 0;
  virtual std::string driver() const = 0;
};

/// What a key asks for: "space", "left", "right", "down", "up", "pagedown", "pageup", ".", "f", "m", "9", "0", "i",
/// "q".
std::optional<UserAction> action_of_key(const std::string& key);

}  // namespace fatespec::player
