// Decodes every stream of a file, frame by frame, by the FFmpeg libraries that this program is linked with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ffmpeg/owners.hpp"

namespace fatespec::frames {

/// What one picture is, where a container has one size for all but the stream changes it.
struct Geometry {
  int width = 0;
  int height = 0;
};

struct Input {
  std::string path;
  std::string format;  ///< of FFmpeg's demuxers; empty: it is probed
  int channels = 1;    ///< of raw PCM
  int rate = 44100;    ///< of raw PCM, Hz
  /// Of each picture of the video stream, where they differ; else empty.
  std::vector<Geometry> pictures;
};

struct DecodedFrame {
  ffmpeg::FramePtr frame;
  int stream = 0;
  std::int64_t number = 0;  ///< within its stream, from 0
};

/// A raw picture of another size than its container says is an error of kind `usage`: its geometry has to be given.
class MediaReader {
 public:
  static base::Result<MediaReader> open(const Input& input);

  /// The next frame of any stream; nothing at the end.
  base::Result<std::optional<DecodedFrame>> next();
  const AVFormatContext& format() const { return *format_; }

 private:
  MediaReader() = default;
  base::Result<void> open_decoders();
  base::Result<bool> read_packet();
  base::Result<void> check_raw_size(const AVPacket& packet) const;
  base::Result<DecodedFrame> raw_picture(const AVPacket& packet);
  base::Result<std::optional<DecodedFrame>> receive(std::size_t stream);

  Input input_;
  ffmpeg::FormatPtr format_;
  std::vector<ffmpeg::CodecPtr> decoders_;
  std::vector<std::int64_t> numbers_;
  ffmpeg::PacketPtr packet_;
  std::size_t draining_ = 0;  ///< streams that have been emptied at the end
  bool ended_ = false;
  int busy_ = -1;  ///< the stream that may have more frames
};

}  // namespace fatespec::frames
