// What a recording says about itself before its events: which player, where, and which sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace fatespec::sessions {

/// A number of units of 1/den, or a rate; `den` 0: unknown.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 0;

  double value() const { return den == 0 ? 0 : static_cast<double>(num) / static_cast<double>(den); }
};

struct StreamHeader {
  int index = 0;
  std::string type;   ///< "video", "audio", …
  std::string codec;  ///< as FFmpeg names it
  std::string profile;
  Rational time_base;
  bool played = false;                   ///< the player chose it
  bool attached_picture = false;         ///< a cover: one picture, of no time
  std::optional<std::int64_t> frames;    ///< as the container counts them
  std::optional<std::int64_t> start;     ///< nanoseconds
  std::optional<std::int64_t> duration;  ///< nanoseconds
  // Video
  int width = 0;
  int height = 0;
  std::string pixel_format;
  Rational frame_rate;
  // Audio
  int sample_rate = 0;
  int channels = 0;
  std::string sample_format;
};

struct SampleHeader {
  std::string name;  ///< of the file, without its folders
  std::uint64_t size = 0;
  std::string sha256;
  std::string container;
  std::optional<std::int64_t> start;     ///< nanoseconds
  std::optional<std::int64_t> duration;  ///< nanoseconds
  bool duration_estimated = false;       ///< from the bit rate: not to be relied on
  std::vector<StreamHeader> streams;
};

struct RecordingHeader {
  static constexpr int version = 1;  ///< of the format: another one cannot be read

  std::string player;  ///< version of the player
  std::string ffmpeg;  ///< versions of the libraries in use
  std::string sdl;
  std::string video_driver;  ///< of SDL; "none" without a window
  std::string audio_driver;
  std::string host;     ///< name, system and processor
  std::string clock;    ///< "real" or "virtual"
  std::string started;  ///< calendar time; empty with a virtual clock
  std::string options;  ///< of the command line
  SampleHeader sample;
  std::string problem;  ///< why the sample could not be opened; empty if it could
};

/// CBOR: tag 55799 (RFC 8949, 3.4.6) and a map.
std::string encode_header(const RecordingHeader& header);
/// The header at the start of `bytes`; `size` becomes its length.
base::Result<RecordingHeader> decode_header(std::string_view bytes, std::size_t& size);

}  // namespace fatespec::sessions
