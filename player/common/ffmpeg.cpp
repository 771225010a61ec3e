#include "player/common/ffmpeg.hpp"

#include <array>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

namespace fatespec::player {

std::optional<Time> to_time(std::int64_t stamp, AVRational time_base) {
  if (stamp == AV_NOPTS_VALUE || time_base.num <= 0 || time_base.den <= 0) return std::nullopt;
  const Time time = av_rescale_q(stamp, time_base, AVRational{1, static_cast<int>(second)});
  return time < -farthest || time > farthest ? std::nullopt : std::optional(time);
}

std::string ffmpeg_versions() {
  const auto version = [](const char* name, unsigned number) {
    return fmt::format("{} {}.{}.{}", name, AV_VERSION_MAJOR(number), AV_VERSION_MINOR(number),
                       AV_VERSION_MICRO(number));
  };
  return fmt::format("{} ({}, {}, {}, {}, {})", av_version_info(), version("libavformat", avformat_version()),
                     version("libavcodec", avcodec_version()), version("libavutil", avutil_version()),
                     version("libswscale", swscale_version()), version("libswresample", swresample_version()));
}

std::int64_t duration_of(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

double rotation_of(const AVStream& stream) {
  const std::uint8_t* matrix = nullptr;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* side = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  if (side != nullptr && side->size >= 9 * sizeof(std::int32_t)) matrix = side->data;
#else
  std::size_t size = 0;
  matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (size < 9 * sizeof(std::int32_t)) matrix = nullptr;
#endif
  if (matrix == nullptr) return 0;
  std::array<std::int32_t, 9> values{};
  std::memcpy(values.data(), matrix, sizeof values);
  const double counterclockwise = av_display_rotation_get(values.data());
  return std::isnan(counterclockwise) ? 0 : -counterclockwise;
}

}  // namespace fatespec::player
