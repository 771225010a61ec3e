// FFmpeg's objects with owners.
#pragma once

#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/adler32.h>
#include <libavutil/avutil.h>
#include <libavutil/imgutils.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace fatespec::frames {

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

}  // namespace fatespec::frames
