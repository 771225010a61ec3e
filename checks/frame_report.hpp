// What FFmpeg's framecrc, framemd5 and framehash muxers write: a line for each packet, with its times, size and
// checksum (libavformat/framecrcenc.c, framehash.c).
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fatespec::checks {

/// Of a packet without that time.
inline constexpr std::int64_t no_frame_time = std::numeric_limits<std::int64_t>::min();

struct FramePacket {
  std::int64_t dts = 0;  ///< in units of the stream's time base, or no_frame_time
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

}  // namespace fatespec::checks
