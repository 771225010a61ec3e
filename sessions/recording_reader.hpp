// Reads a recording, event by event, whatever state the file is in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sessions/cbor_items.hpp"
#include "sessions/event.hpp"
#include "sessions/recording_header.hpp"

namespace fatespec::sessions {

/// What was wrong with a file.
struct Damage {
  std::uint64_t offset = 0;  ///< bytes: the first place
  std::uint64_t places = 0;  ///< 0: none
};

/// Every whole event of the bytes, in the order of the file: the order in which threads began to write them. Events
/// that a killed process had begun, kinds of later versions and the room after the last event are passed over; damage
/// is noted and passed over. The bytes must outlive the reader and its events.
class RecordingReader {
 public:
  static base::Result<RecordingReader> open(std::string_view bytes);

  /// The latest one: a player that has opened the sample says more than one that is about to.
  const RecordingHeader& header() const { return header_; }
  /// False at the end.
  bool next(Event& event);
  const Damage& damage() const { return damage_; }
  /// True if the last bytes are part of an event: the file was cut or its writer killed.
  bool cut() const { return cut_; }

 private:
  RecordingReader(std::string_view bytes, RecordingHeader header, std::size_t at)
      : bytes_(bytes), header_(std::move(header)), reader_(bytes, at) {}

  bool take_header(std::size_t at);
  bool skip_bad();
  bool plausible(std::size_t at) const;

  std::string_view bytes_;
  RecordingHeader header_;
  CborReader reader_;
  Damage damage_;
  int headers_ = 0;
  bool cut_ = false;
};

}  // namespace fatespec::sessions
