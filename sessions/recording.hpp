// A recording in memory, whichever player made it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sessions/defects.hpp"
#include "sessions/event.hpp"
#include "sessions/event_list.hpp"
#include "sessions/mapped_file.hpp"
#include "sessions/recording_header.hpp"

namespace fatespec::sessions {

/// The names of a kind's fields in the classic suite; its own names for a kind that suite did not know.
const std::vector<std::string_view>& classic_fields(EventKind kind);
/// The names of all that an event has: those, and what the classic suite's has not.
const std::vector<std::string_view>& all_fields(EventKind kind);

enum class RecordingFormat { cbor, pickle };

/// Owns the bytes that texts lie in.
class Recording {
 public:
  /// Of either format. An error if it is neither, or holds what no recording does; what is merely damaged or cut is
  /// told by problem().
  static base::Result<Recording> open(const std::filesystem::path& path);
  static base::Result<Recording> of_bytes(std::string bytes);

  RecordingFormat format() const { return format_; }
  /// Empty for the classic suite's.
  const RecordingHeader& header() const { return header_; }
  const EventList& events() const { return events_; }
  const DefectCounts& defects() const { return defects_; }
  /// It did not come to its end.
  bool crashed() const { return crashed_; }
  /// The signal that ended it, and the thread that it hit, as far as the player could still tell; 0 and empty else.
  int signal() const { return signal_; }
  const std::string& crashed_thread() const { return crashed_thread_; }
  /// What is wrong with the file; empty if nothing is.
  const std::string& problem() const { return problem_; }

 private:
  Recording() = default;
  base::Result<void> read(std::string_view bytes);
  base::Result<void> read_cbor(std::string_view bytes);
  base::Result<void> read_pickle(std::string_view bytes);

  std::optional<MappedFile> file_;
  std::string owned_;
  RecordingFormat format_ = RecordingFormat::cbor;
  RecordingHeader header_;
  EventList events_;
  DefectCounts defects_;
  bool crashed_ = false;
  int signal_ = 0;
  std::string crashed_thread_;
  std::string problem_;
};

}  // namespace fatespec::sessions
