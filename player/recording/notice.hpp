// What a decoder or the demuxer has to say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "player/recording/event_log.hpp"

namespace fatespec::player {

/// An event that is not written at once: with a virtual clock it waits in line with the data that it is about, so that
/// it comes at the same place in every recording.
struct Notice {
  sessions::EventKind kind{};
  sessions::ThreadId thread{};
  std::vector<std::int64_t> numbers;
  std::string text;  ///< the last field, if there is one

  void emit_into(EventLog& log) const {
    const std::string_view last = text;
    const auto& n = numbers;
    switch (n.size()) {
      case 0: log.emit(kind, thread, last); break;
      case 1: log.emit(kind, thread, n[0], last); break;
      case 2: log.emit(kind, thread, n[0], n[1], last); break;
      default: log.emit(kind, thread, n[0], n[1], n[2], n[3]); break;
    }
  }
};

}  // namespace fatespec::player
