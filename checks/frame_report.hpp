// What FFmpeg's framecrc, framemd5 and framehash muxers write: a line for each packet, with its times, size and
// checksum (libavformat/framecrcenc.c, framehash.c). Comparing two of them tells which frame differs, and in what.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fatespec::checks {

struct FramePacket {
  std::int64_t dts = 0;  ///< in units of the stream's time base; INT64_MIN where there is none
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  std::int64_t size = 0;      ///< bytes
  std::string_view checksum;  ///< with what follows it: side data
};

struct FrameStream {
  std::string media_type;   ///< "video", "audio", …; empty if the header does not say
  std::int64_t tb_num = 0;  ///< time base; 0 if the header does not say
  std::int64_t tb_den = 1;
  std::vector<FramePacket> packets;
};

/// Lies in the text that it was read from.
struct FrameReport {
  std::map<std::string_view, std::string_view> header;  ///< "dimensions 0" -> "352x288"
  std::map<int, FrameStream> streams;
};

/// True if a text may be one: it begins with a header line of that form.
bool looks_like_frame_report(std::string_view text);
/// Nothing if the text is none.
std::optional<FrameReport> read_frame_report(std::string_view text);

/// The packets at which two reports part, by their places in the stream.
struct FirstFrames {
  int stream = 0;
  std::optional<std::size_t> expected;  ///< nothing if it is one too many
  std::optional<std::size_t> actual;    ///< nothing if it is missing
};

/// What kind of difference matters first.
enum class FrameChange {
  missing,
  too_many,
  swapped,  ///< two have changed places
  all,      ///< the contents of all frames of a stream
  one,
  some,
  sizes,       ///< and no contents
  timestamps,  ///< and nothing else of the stream
  header,
};

struct FrameDifference {
  FrameChange change = FrameChange::header;
  bool same_sizes = false;           ///< where contents differ
  std::string summary;               ///< the first that matters, in one line
  std::vector<std::string> further;  ///< what else differs, a line each
  /// Of the first stream in which contents differ; nothing if it is times or headers alone.
  std::optional<FirstFrames> first = {};
};

/// Nothing if they say the same. Packets are compared stream by stream: one after another where there are as many, else
/// what lies between the part that both begin with and the part that both end with is missing, added or changed.
std::optional<FrameDifference> compare_frame_reports(const FrameReport& expected, const FrameReport& actual);

}  // namespace fatespec::checks
