// Keys that are pressed in the terminal: of a play that has no window to press them in.
#pragma once

#include <termios.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "player/common/time.hpp"

namespace fatespec::player {

/// While it lives, the terminal hands keys over as they are pressed and does not show them. Ctrl-C stays a signal.
class TerminalKeys {
 public:
  /// Nothing if stdin is no terminal, or one that another process group has.
  static std::unique_ptr<TerminalKeys> open();
  TerminalKeys(const TerminalKeys&) = delete;
  TerminalKeys& operator=(const TerminalKeys&) = delete;
  ~TerminalKeys();

  /// The next key, as action_of_key() calls it; nothing if none was pressed.
  std::optional<std::string> read();
  /// Returns after `length`, or when a key is pressed.
  void wait(Time length);

 private:
  explicit TerminalKeys(const termios& before) : before_(before) {}
  bool is_readable(Time wait) const;

  termios before_;
  std::string pressed_;  ///< read, not asked for yet
  bool gone_ = false;    ///< the terminal was closed
};

/// The first key in what a terminal sends (ECMA-48, as xterm and the Linux console do), which is taken off.
std::string take_key(std::string_view& bytes);

}  // namespace fatespec::player
