// FFmpeg's objects with owners. Each pointer frees what it holds; none is shared, and none is safe for two threads.
#pragma once

#include <array>
#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswscale/swscale.h>
}

namespace fatespec::ffmpeg {

/// Of FFmpeg's functions that free what a pointer points to and set it to null.
template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    release(&object);
  }
};

struct ScalerReleaser {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

using FormatPtr = std::unique_ptr<AVFormatContext, Releaser<avformat_close_input>>;
using CodecPtr = std::unique_ptr<AVCodecContext, Releaser<avcodec_free_context>>;
using PacketPtr = std::unique_ptr<AVPacket, Releaser<av_packet_free>>;
using FramePtr = std::unique_ptr<AVFrame, Releaser<av_frame_free>>;
using ScalerPtr = std::unique_ptr<SwsContext, ScalerReleaser>;

/// What a negative return value means.
inline std::string error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

}  // namespace fatespec::ffmpeg
