#include "frames/frame_listing.hpp"

extern "C" {
#include <libavutil/adler32.h>
#include <libavutil/imgutils.h>
}

#include <algorithm>

#include <fmt/format.h>

namespace fatespec::frames {
namespace {

std::vector<std::uint8_t> packed_picture(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int size = av_image_get_buffer_size(format, frame.width, frame.height, 1);
  if (size < 0) return {};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  if (av_image_copy_to_buffer(bytes.data(), size, frame.data, frame.linesize, format, frame.width, frame.height, 1) < 0)
    return {};
  return bytes;
}

std::vector<std::uint8_t> packed_sound(const AVFrame& frame) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const auto width = static_cast<std::size_t>(av_get_bytes_per_sample(format));
  const auto channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  const auto samples = static_cast<std::size_t>(frame.nb_samples);
  if (av_sample_fmt_is_planar(format) == 0)
    return {frame.extended_data[0], frame.extended_data[0] + samples * channels * width};
  std::vector<std::uint8_t> bytes;
  bytes.reserve(samples * channels * width);
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t c = 0; c < channels; ++c)
      bytes.insert(bytes.end(), frame.extended_data[c] + i * width, frame.extended_data[c] + (i + 1) * width);
  return bytes;
}

std::string header_of(const AVFormatContext& format) {
  std::string text;
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const AVStream& stream = *format.streams[i];
    const AVCodecParameters& codec = *stream.codecpar;
    const char* type = av_get_media_type_string(codec.codec_type);
    text += fmt::format("#tb {0}: {1}/{2}\n#media_type {0}: {3}\n", i, stream.time_base.num, stream.time_base.den,
                        type == nullptr ? "unknown" : type);
    if (codec.codec_type == AVMEDIA_TYPE_VIDEO)
      text += fmt::format("#dimensions {0}: {1}x{2}\n#sar {0}: {3}/{4}\n", i, codec.width, codec.height,
                          stream.sample_aspect_ratio.num, std::max(1, stream.sample_aspect_ratio.den));
    if (codec.codec_type == AVMEDIA_TYPE_AUDIO) text += fmt::format("#sample_rate {}: {}\n", i, codec.sample_rate);
  }
  return text;
}

std::string time_text(std::int64_t time) { return time == AV_NOPTS_VALUE ? "NOPTS" : fmt::format("{}", time); }

}  // namespace

std::vector<std::uint8_t> packed_bytes(const AVFrame& frame) {
  return frame.width > 0 ? packed_picture(frame) : packed_sound(frame);
}

base::Result<void> list_frames(const Input& input, const std::function<void(std::string_view)>& sink) {
  auto reader = MediaReader::open(input);
  if (!reader) return reader.error();
  sink(header_of(reader->format()));
  for (;;) {
    const auto decoded = reader->next();
    if (!decoded) return decoded.error();
    if (!*decoded) return {};
    const auto bytes = packed_bytes(*(*decoded)->frame);
    const std::string time = time_text((*decoded)->frame->best_effort_timestamp);
    constexpr unsigned start = 0;  // as the muxer begins, not the 1 of RFC 1950
    sink(fmt::format("{}, {}, {}, {}, {}, 0x{:08x}\n", (*decoded)->stream, time, time,
                     (*decoded)->frame->width > 0 ? 1 : (*decoded)->frame->nb_samples, bytes.size(),
                     av_adler32_update(start, bytes.data(), bytes.size())));
  }
}

}  // namespace fatespec::frames
