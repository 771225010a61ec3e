// A sample that was opened: its container, and the streams that are played.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "player/common/ffmpeg.hpp"
#include "sessions/recording_header.hpp"

namespace fatespec::player {

/// Which streams are wanted.
struct StreamChoice {
  bool video = true;
  bool audio = true;
};

/// Owns the demuxer's context. After the threads have started, only the demuxer's thread may read from it.
class MediaFile {
 public:
  /// `stop` ends reading and probing when it becomes true.
  static base::Result<MediaFile> open(const std::string& path, const StreamChoice& choice,
                                      const std::atomic<bool>& stop);
  /// Reads from memory: for tests that make their input.
  static base::Result<MediaFile> open_io(AVIOContext* io, const StreamChoice& choice, const std::atomic<bool>& stop);

  AVFormatContext& format() { return *format_; }
  AVStream* video() const { return video_; }
  AVStream* audio() const { return audio_; }
  /// A cover that comes with sound: the video stream is a single picture without time.
  bool has_cover() const { return video_ != nullptr && (video_->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0; }
  /// True if there is a picture that moves.
  bool has_video() const { return video_ != nullptr && !has_cover(); }
  bool has_audio() const { return audio_ != nullptr; }
  /// They cannot be decoded: they are not played.
  void drop_video();
  void drop_audio();
  /// Where the first of the played streams begins.
  Time start() const { return start_; }
  std::optional<Time> duration() const;
  /// True of a WAV file that was written to a pipe: it does not say how long it is.
  bool has_no_length() const { return has_no_length_; }
  bool duration_estimated() const { return format_->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE; }
  AVRational frame_rate() const;
  /// What a recording's header tells of it; name, size and digest are the caller's.
  sessions::SampleHeader describe() const;

 private:
  explicit MediaFile(FormatPtr format) : format_(std::move(format)) {}
  static base::Result<MediaFile> finish(FormatPtr format, const StreamChoice& choice);
  void choose(const StreamChoice& choice);
  sessions::StreamHeader describe(const AVStream& stream) const;
  std::int64_t frames_of(const AVStream& stream) const;

  FormatPtr format_;
  AVStream* video_ = nullptr;
  AVStream* audio_ = nullptr;
  Time start_ = 0;
  bool has_no_length_ = false;
};

}  // namespace fatespec::player
