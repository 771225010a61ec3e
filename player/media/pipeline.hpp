// The threads that read and decode, and the queues between them.
#pragma once

#include <memory>
#include <vector>

#include "player/media/audio_decoder.hpp"
#include "player/media/video_decoder.hpp"

namespace fatespec::player {

/// Owns everything between the sample and the two places where frames come out: frames() and the ring. Main thread.
class Pipeline {
 public:
  struct Parts {
    MediaFile& file;
    EventLog& log;
    Clock& clock;
    AudioRing* ring;  ///< nullptr: no sound
    const std::vector<Fault>& faults;
    Progress& progress;
  };
  /// The decoders that can be opened; a message for each that cannot. An error if none can.
  static base::Result<std::unique_ptr<Pipeline>> open(const Parts& parts, std::vector<std::string>& messages);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  void start();
  /// Ends all threads. What was decoded and not taken is gone.
  void stop();
  /// Everything after it comes with the next generation, which is returned.
  int seek(Time target);
  int generation() const { return generation_; }

  VideoQueue& frames() { return frames_; }
  bool has_video() const { return video_ != nullptr; }
  bool has_audio() const { return audio_ != nullptr; }
  QueueLevels levels() const { return packets_.levels(); }

 private:
  explicit Pipeline(const Parts& parts);

  static constexpr std::size_t frames_ahead = 4;

  AudioRing* ring_;
  Reporter reporter_;
  Progress& progress_;
  PacketQueues packets_;
  VideoQueue frames_{frames_ahead};
  Demuxer demuxer_;
  std::unique_ptr<VideoDecoder> video_;
  std::unique_ptr<AudioDecoder> audio_;
  int generation_ = 0;
};

}  // namespace fatespec::player
