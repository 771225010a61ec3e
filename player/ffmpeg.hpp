// FFmpeg's objects with owners, and its times and errors in the player's terms.
#pragma once

#include <memory>
#include <optional>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include "player/time.hpp"

namespace fatespec::player {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    release(&object);
  }
};

using FormatPtr = std::unique_ptr<AVFormatContext, Releaser<avformat_close_input>>;
using CodecPtr = std::unique_ptr<AVCodecContext, Releaser<avcodec_free_context>>;
using PacketPtr = std::unique_ptr<AVPacket, Releaser<av_packet_free>>;
using FramePtr = std::unique_ptr<AVFrame, Releaser<av_frame_free>>;
using ResamplerPtr = std::unique_ptr<SwrContext, Releaser<swr_free>>;

struct ScalerReleaser {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using ScalerPtr = std::unique_ptr<SwsContext, ScalerReleaser>;

/// A time stamp in nanoseconds; nothing if there is none, or a senseless one.
std::optional<Time> to_time(std::int64_t stamp, AVRational time_base);
std::string error_text(int code);
/// "libavformat 59.27.100, libavcodec …": those that are loaded.
std::string ffmpeg_versions();
/// The length of a frame as the decoder gave it, in units of its time base; 0 if it did not.
std::int64_t duration_of(const AVFrame& frame);
/// Degrees clockwise by which the picture is to be turned, from the stream's display matrix.
double rotation_of(const AVStream& stream);

}  // namespace fatespec::player
