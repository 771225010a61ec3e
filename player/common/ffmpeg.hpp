// FFmpeg's times and versions in the player's terms.
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

#include "ffmpeg/owners.hpp"
#include "player/common/time.hpp"

namespace fatespec::player {

using ffmpeg::CodecPtr;
using ffmpeg::error_text;
using ffmpeg::FormatPtr;
using ffmpeg::FramePtr;
using ffmpeg::PacketPtr;
using ffmpeg::ScalerPtr;
using ResamplerPtr = std::unique_ptr<SwrContext, ffmpeg::Releaser<swr_free>>;

/// A time stamp in nanoseconds; nothing if there is none, or a senseless one.
std::optional<Time> to_time(std::int64_t stamp, AVRational time_base);
/// "libavformat 59.27.100, libavcodec …": those that are loaded.
std::string ffmpeg_versions();
/// The length of a frame as the decoder gave it, in units of its time base; 0 if it did not.
std::int64_t duration_of(const AVFrame& frame);
/// Degrees clockwise by which the picture is to be turned, from the stream's display matrix.
double rotation_of(const AVStream& stream);

}  // namespace fatespec::player
