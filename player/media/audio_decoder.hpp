// The thread that makes sound.
#pragma once

#include <vector>

#include "player/media/decoder.hpp"
#include "player/sound/audio_ring.hpp"

namespace fatespec::player {

/// Converts what the decoder gives to the device's format and lays it on the sample's time line: gaps become silence,
/// overlaps are cut.
class AudioDecoder final : public Decoder {
 public:
  struct Parts {
    const MediaFile& file;
    PacketQueues& packets;
    AudioRing& ring;
    const Reporter& reporter;
    const std::vector<Fault>& faults;
    Clock& clock;
    Progress& progress;
  };
  AudioDecoder(CodecPtr codec, const Parts& parts);
  AudioDecoder(const AudioDecoder&) = delete;
  AudioDecoder& operator=(const AudioDecoder&) = delete;
  ~AudioDecoder() override;

 protected:
  bool take_frame(FramePtr frame) override;
  void take_flush(const Flush& flush) override;
  bool take_end() override;
  bool push_notice(Notice notice) override;

 private:
  bool adapt(const AVFrame& frame);
  bool align(Time time);
  bool write(const AVFrame& frame);
  bool inject(Time media);

  const MediaFile& file_;
  AudioRing& ring_;
  Clock& clock_;
  PendingFaults stalls_;
  PendingFaults crashes_;
  ResamplerPtr resampler_;
  AVChannelLayout layout_{};  ///< what the resampler takes
  int rate_ = 0;
  int format_ = -1;
  std::vector<std::int16_t> converted_;
  Time next_time_;
  bool fresh_ = true;         ///< nothing was written since the start or the last seek
  std::uint64_t to_cut_ = 0;  ///< samples that come before where the play begins
};

}  // namespace fatespec::player
