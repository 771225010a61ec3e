#include "player/media/video_decoder.hpp"

#include <fmt/format.h>

namespace fatespec::player {
namespace {

constexpr Time default_frame_length = 40 * millisecond;

Time mean_frame_length(AVRational rate) {
  if (rate.num <= 0 || rate.den <= 0) return default_frame_length;
  return std::min(av_rescale(second, rate.den, rate.num), farthest);
}

}  // namespace

VideoDecoder::VideoDecoder(CodecPtr codec, const Parts& parts)
    : Decoder(Track::video, *parts.file.video(), std::move(codec), parts.packets, parts.reporter, parts.progress),
      file_(parts.file),
      frames_(parts.frames),
      clock_(parts.clock),
      stalls_(parts.faults, FaultKind::stall_decoder),
      crashes_(parts.faults, FaultKind::crash),
      frame_length_(mean_frame_length(parts.file.frame_rate())),
      next_time_(parts.file.start()) {
  current_.play_from = parts.file.start();
}

bool VideoDecoder::take_frame(FramePtr picture) {
  VideoFrame frame{std::move(picture), 0, 0};
  stamp(frame);
  note_format(*frame.picture);
  next_time_ = end_of(frame.time, frame.length);
  const bool sought = current_.generation > 0;
  if (sought && next_time_ <= current_.play_from) return true;
  if (!inject(frame.time - file_.start())) return false;
  return frames_.push(std::move(frame));
}

void VideoDecoder::stamp(VideoFrame& frame) const {
  const AVFrame& picture = *frame.picture;
  frame.time = to_time(picture.best_effort_timestamp, stream().time_base).value_or(next_time_);
  const std::int64_t length = duration_of(picture);
  frame.length = length > 0 ? to_time(length, stream().time_base).value_or(frame_length_) : frame_length_;
}

void VideoDecoder::note_format(const AVFrame& picture) {
  const bool first = format_ < 0;
  if (picture.width == width_ && picture.height == height_ && picture.format == format_) return;
  width_ = picture.width;
  height_ = picture.height;
  format_ = picture.format;
  if (first) return;
  const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(format_));
  report({sessions::EventKind::format_changed,
          thread_id(),
          {stream().index},
          fmt::format("{}x{} {}", width_, height_, name == nullptr ? "?" : name)});
}

bool VideoDecoder::inject(Time media) {
  const bool in_line = reporter().in_line();
  if (const Fault* fault = stalls_.due(media)) {
    report({sessions::EventKind::fault_injected, thread_id(), {}, fault->text});
    if (in_line && !frames_.push(Stall{fault->length})) return false;
    clock_.sleep(fault->length);
  }
  if (const Fault* fault = crashes_.due(media)) {
    report({sessions::EventKind::fault_injected, thread_id(), {}, fault->text});
    if (in_line) return frames_.push(Crash{});
    crash_now();
  }
  return true;
}

void VideoDecoder::take_flush(const Flush& flush) {
  current_ = flush;
  next_time_ = flush.play_from;
  frames_.push(Restart{flush.generation});
}

bool VideoDecoder::take_end() {
  report_end(next_time_);
  return frames_.push(VideoEnd{next_time_});
}

bool VideoDecoder::push_notice(Notice notice) { return frames_.push(std::move(notice)); }

}  // namespace fatespec::player
