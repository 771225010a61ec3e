// How the reading threads say something: at once, or in line with their data.
#pragma once

#include <functional>
#include <utility>

#include "player/recording/notice.hpp"

namespace fatespec::player {

/// With a real clock a notice is written at once; with a virtual one it goes where the data go, and whoever takes it
/// out writes it.
class Reporter {
 public:
  Reporter(EventLog& log, bool in_line) : log_(log), in_line_(in_line) {}

  /// `push` puts a notice in line.
  template <class Push>
  void report(Notice notice, Push&& push) const {
    if (in_line_) std::forward<Push>(push)(std::move(notice));
    else notice.emit_into(log_);
  }
  bool in_line() const { return in_line_; }

 private:
  EventLog& log_;
  bool in_line_;
};

}  // namespace fatespec::player
