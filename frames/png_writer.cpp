#include "frames/png_writer.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include "base/file.hpp"
#include "frames/media_reader.hpp"

namespace fatespec::frames {
namespace {

base::Error failed(const std::string& step) { return {base::ErrorKind::internal, "a picture: " + step}; }

base::Result<ffmpeg::FramePtr> as_rgb(const AVFrame& frame) {
  ffmpeg::FramePtr rgb(av_frame_alloc());
  rgb->width = frame.width;
  rgb->height = frame.height;
  rgb->format = AV_PIX_FMT_RGB24;
  if (av_frame_get_buffer(rgb.get(), 0) < 0) return failed("no memory");
  const ffmpeg::ScalerPtr scaler(
      sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), rgb->width, rgb->height,
                     AV_PIX_FMT_RGB24, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  if (!scaler)
    return failed(fmt::format("no way from {} to RGB", av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format))));
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, rgb->data, rgb->linesize) < 0)
    return failed("conversion to RGB");
  return {std::move(rgb)};
}

}  // namespace

ffmpeg::FramePtr grey_picture(int width, int height) {
  ffmpeg::FramePtr grey(av_frame_alloc());
  grey->width = width;
  grey->height = height;
  grey->format = AV_PIX_FMT_GRAY8;
  if (av_frame_get_buffer(grey.get(), 0) < 0) return nullptr;
  for (int y = 0; y < height; ++y)
    std::fill_n(grey->data[0] + static_cast<std::ptrdiff_t>(y) * grey->linesize[0], width, std::uint8_t{0});
  return grey;
}

base::Result<void> write_png(const AVFrame& frame, const std::filesystem::path& path) {
  const auto rgb = as_rgb(frame);
  if (!rgb) return rgb.error();
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  if (codec == nullptr) return failed("this FFmpeg has no PNG encoder");
  const ffmpeg::CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = frame.width;
  encoder->height = frame.height;
  encoder->pix_fmt = AV_PIX_FMT_RGB24;
  encoder->time_base = {1, 1};
  encoder->compression_level = 3;  // zlib's: a frame of 1080p within a quarter of a second
  const ffmpeg::PacketPtr packet(av_packet_alloc());
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0 || avcodec_send_frame(encoder.get(), rgb->get()) < 0 ||
      avcodec_receive_packet(encoder.get(), packet.get()) < 0)
    return failed("PNG");
  return base::write_file_atomically(
      path, {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)});
}

}  // namespace fatespec::frames
