#include "frames/media_reader.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::frames {
namespace {

using ffmpeg::error_text;

base::Error wrong(const std::string& what) { return {base::ErrorKind::invalid, what}; }

/// Raw pictures carry no size of their own: only a container whose packets are exactly one picture can be checked.
bool has_exact_raw_packets(const AVFormatContext& format) { return std::string_view(format.iformat->name) == "nut"; }

}  // namespace

base::Result<MediaReader> MediaReader::open(const Input& input) {
  MediaReader reader;
  reader.input_ = input;
  const AVInputFormat* format = nullptr;
  AVDictionary* options = nullptr;
  if (!input.format.empty()) {
    format = av_find_input_format(input.format.c_str());
    if (format == nullptr) return wrong(fmt::format("no format is called `{}`", base::printable(input.format)));
    // Its name changed with FFmpeg 5.1; of two, the one that is not known stays in the dictionary.
    av_dict_set_int(&options, "sample_rate", input.rate, 0);
    av_dict_set_int(&options, "channels", input.channels, 0);
    av_dict_set(&options, "ch_layout", fmt::format("{}c", input.channels).c_str(), 0);
  }
  AVFormatContext* context = nullptr;
  // A plain path: no protocol may be asked for by a file's name.
  const int code = avformat_open_input(&context, ("file:" + input.path).c_str(), format, &options);
  av_dict_free(&options);
  if (code < 0) return wrong(fmt::format("{}: {}", input.path, error_text(code)));
  reader.format_.reset(context);
  if (const int found = avformat_find_stream_info(context, nullptr); found < 0)
    return wrong(fmt::format("{}: {}", input.path, error_text(found)));
  reader.packet_.reset(av_packet_alloc());
  if (auto opened = reader.open_decoders(); !opened) return opened.error();
  return {std::move(reader)};
}

base::Result<void> MediaReader::open_decoders() {
  decoders_.resize(format_->nb_streams);
  numbers_.resize(format_->nb_streams);
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream& stream = *format_->streams[i];
    const AVMediaType type = stream.codecpar->codec_type;
    if (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) continue;
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    if (codec == nullptr)
      return wrong(fmt::format("{}: no decoder for {}", input_.path, avcodec_get_name(stream.codecpar->codec_id)));
    decoders_[i].reset(avcodec_alloc_context3(codec));
    decoders_[i]->pkt_timebase = stream.time_base;
    int code = avcodec_parameters_to_context(decoders_[i].get(), stream.codecpar);
    if (code >= 0) code = avcodec_open2(decoders_[i].get(), codec, nullptr);
    if (code < 0) return wrong(fmt::format("{}: {}: {}", input_.path, codec->name, error_text(code)));
  }
  return {};
}

base::Result<void> MediaReader::check_raw_size(const AVPacket& packet) const {
  const AVCodecParameters& stream = *format_->streams[packet.stream_index]->codecpar;
  if (stream.codec_id != AV_CODEC_ID_RAWVIDEO || !has_exact_raw_packets(*format_)) return {};
  const int size = av_image_get_buffer_size(static_cast<AVPixelFormat>(stream.format), stream.width, stream.height, 1);
  if (size == packet.size) return {};
  return base::usage_error(fmt::format(
      "{}: picture {} has {} bytes, a picture of {}x{} has {}: its size has to be told", input_.path,
      numbers_[static_cast<std::size_t>(packet.stream_index)], packet.size, stream.width, stream.height, size));
}

base::Result<DecodedFrame> MediaReader::raw_picture(const AVPacket& packet) {
  std::int64_t& number = numbers_[static_cast<std::size_t>(packet.stream_index)];
  if (static_cast<std::size_t>(number) >= input_.pictures.size())
    return wrong(fmt::format("{}: the size of picture {} was not told", input_.path, number));
  const Geometry& size = input_.pictures[static_cast<std::size_t>(number)];
  const auto format = static_cast<AVPixelFormat>(format_->streams[packet.stream_index]->codecpar->format);
  if (av_image_get_buffer_size(format, size.width, size.height, 1) != packet.size)
    return wrong(
        fmt::format("{}: picture {} is not of the size that was told; if its pixel format is one that NUT has "
                    "no name for (p010le, nv24), give the command another of the same depth (-pix_fmt "
                    "yuv420p10le)",
                    input_.path, number));
  DecodedFrame decoded{ffmpeg::FramePtr(av_frame_alloc()), packet.stream_index, number++};
  AVFrame& frame = *decoded.frame;
  frame.width = size.width;
  frame.height = size.height;
  frame.format = format;
  frame.pts = packet.pts;
  frame.best_effort_timestamp = packet.pts;
  std::array<const std::uint8_t*, 4> planes{};
  std::array<int, 4> strides{};
  if (av_frame_get_buffer(&frame, 0) < 0) return wrong("no memory for a picture");
  std::uint8_t* planes_of_packet[4] = {};  // an array of C is what the library fills
  av_image_fill_arrays(planes_of_packet, strides.data(), packet.data, format, size.width, size.height, 1);
  for (std::size_t i = 0; i < planes.size(); ++i) planes.at(i) = planes_of_packet[i];
  av_image_copy(frame.data, frame.linesize, planes.data(), strides.data(), format, size.width, size.height);
  return {std::move(decoded)};
}

base::Result<std::optional<DecodedFrame>> MediaReader::receive(std::size_t stream) {
  ffmpeg::FramePtr frame(av_frame_alloc());
  const int code = avcodec_receive_frame(decoders_[stream].get(), frame.get());
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return std::optional<DecodedFrame>();
  if (code < 0) return wrong(fmt::format("{}: stream {}: {}", input_.path, stream, error_text(code)));
  return std::optional(DecodedFrame{std::move(frame), static_cast<int>(stream), numbers_[stream]++});
}

base::Result<bool> MediaReader::read_packet() {
  av_packet_unref(packet_.get());
  const int code = av_read_frame(format_.get(), packet_.get());
  if (code == AVERROR_EOF) return false;
  if (code < 0) return wrong(fmt::format("{}: {}", input_.path, error_text(code)));
  return true;
}

base::Result<std::optional<DecodedFrame>> MediaReader::next() {
  for (;;) {
    if (busy_ >= 0) {
      auto frame = receive(static_cast<std::size_t>(busy_));
      if (!frame || *frame) return frame;
      busy_ = -1;
    }
    if (ended_) {
      // What the decoders still hold, stream after stream.
      while (draining_ < decoders_.size() && !decoders_[draining_]) ++draining_;
      if (draining_ == decoders_.size()) return std::optional<DecodedFrame>();
      (void)avcodec_send_packet(decoders_[draining_].get(), nullptr);
      busy_ = static_cast<int>(draining_++);
      continue;
    }
    const auto read = read_packet();
    if (!read) return read.error();
    ended_ = !*read;
    if (ended_) continue;
    const int index = packet_->stream_index;
    const auto stream = static_cast<std::size_t>(index);
    if (stream >= decoders_.size() || !decoders_[stream]) continue;
    if (!input_.pictures.empty() && decoders_[stream]->codec_id == AV_CODEC_ID_RAWVIDEO) {
      auto picture = raw_picture(*packet_);
      if (!picture) return picture.error();
      return std::optional(std::move(*picture));
    }
    if (auto checked = check_raw_size(*packet_); !checked) return checked.error();
    // A packet that cannot be decoded is none: what comes out is what is compared.
    if (avcodec_send_packet(decoders_[stream].get(), packet_.get()) >= 0) busy_ = index;
  }
}

}  // namespace fatespec::frames
