// The thread that makes pictures.
#pragma once

#include <variant>

#include "player/media/bounded_queue.hpp"
#include "player/media/decoder.hpp"

namespace fatespec::player {

struct VideoFrame {
  FramePtr picture;
  Time time = 0;    ///< when it is to be shown, on the sample's time line
  Time length = 0;  ///< for how long; of variable rates, what the container or the mean rate says
};

struct VideoEnd {
  Time time = 0;  ///< end of the last frame
};

/// What follows belongs to another place of the sample.
struct Restart {
  int generation = 0;
};

/// Ordered faults, in line (virtual clock).
struct Stall {
  Time length = 0;
};
struct Crash {};

using VideoItem = std::variant<VideoFrame, VideoEnd, Restart, Notice, Stall, Crash>;
using VideoQueue = BoundedQueue<VideoItem>;

class VideoDecoder final : public Decoder {
 public:
  struct Parts {
    const MediaFile& file;
    PacketQueues& packets;
    VideoQueue& frames;
    const Reporter& reporter;
    const std::vector<Fault>& faults;
    Clock& clock;
    Progress& progress;
  };
  VideoDecoder(CodecPtr codec, const Parts& parts);

 protected:
  bool take_frame(FramePtr frame) override;
  void take_flush(const Flush& flush) override;
  bool take_end() override;
  bool push_notice(Notice notice) override;

 private:
  void stamp(VideoFrame& frame) const;
  void note_format(const AVFrame& picture);
  bool inject(Time media);

  const MediaFile& file_;
  VideoQueue& frames_;
  Clock& clock_;
  PendingFaults stalls_;
  PendingFaults crashes_;
  Time frame_length_;  ///< by the mean rate
  Time next_time_;
  Flush current_;
  int width_ = 0;
  int height_ = 0;
  int format_ = -1;
};

}  // namespace fatespec::player
