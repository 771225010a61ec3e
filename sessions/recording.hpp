// A recording in memory, whichever player made it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sessions/defects.hpp"
#include "sessions/event.hpp"
#include "sessions/mapped_file.hpp"
#include "sessions/recording_header.hpp"

namespace fatespec::sessions {

/// A value of an event as the texts print it. `text` lies in the recording's bytes.
struct Datum {
  enum class Type : std::uint8_t { none, integer, real, text };
  Type type = Type::none;
  std::uint32_t length = 0;  ///< of the text
  union {
    std::int64_t integer = 0;
    double real;
    const char* bytes;
  };

  static Datum of(std::int64_t value);
  static Datum of(double value);
  static Datum of(std::string_view value);
  std::string_view text() const { return {bytes, length}; }
  /// An integer or a real number as one; nothing for anything else.
  std::optional<double> number() const;
};

constexpr std::size_t most_data = 6;

/// An event of either kind of recording. Times are seconds. The fields are those of classic_fields() for the kinds that
/// the classic suite has, else those of the kind's EventInfo.
struct PlayerEvent {
  EventKind kind{};
  std::uint8_t count = 0;  ///< fields that the recording gives; of a tuple that is too short, fewer than the kind has
  std::array<Datum, most_data> data{};
};

/// The names of a kind's fields in the classic suite; its own names for a kind that suite did not know.
const std::vector<std::string_view>& classic_fields(EventKind kind);

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
  const std::vector<PlayerEvent>& events() const { return events_; }
  const DefectCounts& defects() const { return defects_; }
  /// It did not come to its end.
  bool crashed() const { return crashed_; }
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
  std::vector<PlayerEvent> events_;
  DefectCounts defects_;
  bool crashed_ = false;
  std::string problem_;
};

}  // namespace fatespec::sessions
