#include "player/media/audio_decoder.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "player/media/video_decoder.hpp"

namespace fatespec::player {
namespace {

// Below it, time stamps are only rounded; above, there is a gap or an overlap.
constexpr Time rounding = 5 * millisecond;
constexpr Time smallest_gap = 50 * millisecond;
// Beyond it, the time stamps have begun anew: nobody is to hear silence for hours.
constexpr Time largest_gap = 10 * second;

// Twice what the fastest converters do; a resampler for what a broken file says takes minutes to set up.
constexpr int most_rate = 6'144'000;

}  // namespace

AudioDecoder::AudioDecoder(CodecPtr codec, const Parts& parts)
    : Decoder(Track::audio, *parts.file.audio(), std::move(codec), parts.packets, parts.reporter, parts.progress),
      file_(parts.file),
      ring_(parts.ring),
      clock_(parts.clock),
      stalls_(parts.faults, FaultKind::stall_audio),
      crashes_(parts.file.has_video() ? std::vector<Fault>{} : parts.faults, FaultKind::crash),
      next_time_(parts.file.start()) {}

AudioDecoder::~AudioDecoder() { av_channel_layout_uninit(&layout_); }

bool AudioDecoder::take_frame(FramePtr frame) {
  if (frame->nb_samples <= 0 || frame->sample_rate <= 0 || frame->ch_layout.nb_channels <= 0) return true;
  if (frame->sample_rate > most_rate) {
    report({sessions::EventKind::decode_error,
            thread_id(),
            {stream().index, AVERROR_INVALIDDATA},
            fmt::format("{} Hz are no sample rate", frame->sample_rate)});
    return true;
  }
  const Time time = to_time(frame->best_effort_timestamp, stream().time_base).value_or(next_time_);
  if (!inject(time - file_.start())) return false;
  if (!adapt(*frame)) return true;
  return align(time) && write(*frame);
}

bool AudioDecoder::inject(Time media) {
  const bool in_line = reporter().in_line();
  if (const Fault* fault = stalls_.due(media)) {
    report({sessions::EventKind::fault_injected, thread_id(), {}, fault->text});
    if (in_line) ring_.put_in_line(AudioStall{fault->length});
    clock_.sleep(fault->length);
  }
  if (const Fault* fault = crashes_.due(media)) {
    report({sessions::EventKind::fault_injected, thread_id(), {}, fault->text});
    if (in_line) ring_.put_in_line(AudioCrash{});
    else crash_now();
  }
  return true;
}

// Rate, channels and sample format may change with any frame.
bool AudioDecoder::adapt(const AVFrame& frame) {
  const bool same = resampler_ && rate_ == frame.sample_rate && format_ == frame.format &&
                    av_channel_layout_compare(&layout_, &frame.ch_layout) == 0;
  if (same) return true;
  if (resampler_)
    report({sessions::EventKind::format_changed,
            thread_id(),
            {stream().index},
            fmt::format("{} Hz, {} channels, {}", frame.sample_rate, frame.ch_layout.nb_channels,
                        av_get_sample_fmt_name(static_cast<AVSampleFormat>(frame.format)))});
  AVChannelLayout out{};
  av_channel_layout_default(&out, ring_.format().channels);
  AVChannelLayout in = frame.ch_layout;
  if (in.order == AV_CHANNEL_ORDER_UNSPEC) av_channel_layout_default(&in, in.nb_channels);
  SwrContext* resampler = nullptr;
  int code = swr_alloc_set_opts2(&resampler, &out, AV_SAMPLE_FMT_S16, ring_.format().rate, &in,
                                 static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  resampler_.reset(resampler);
  if (code >= 0) code = swr_init(resampler_.get());
  if (code < 0) {
    resampler_.reset();
    report({sessions::EventKind::decode_error,
            thread_id(),
            {stream().index, code},
            "the sound cannot be converted: " + error_text(code)});
    return false;
  }
  rate_ = frame.sample_rate;
  format_ = frame.format;
  av_channel_layout_uninit(&layout_);
  av_channel_layout_copy(&layout_, &frame.ch_layout);
  return true;
}

bool AudioDecoder::align(Time time) {
  const Time gap = time - next_time_;
  const Time smallest = fresh_ ? 0 : smallest_gap;
  fresh_ = false;
  if (std::abs(gap) > largest_gap || (std::abs(gap) > rounding && std::abs(gap) <= smallest)) {
    ring_.set_time(time);
    next_time_ = time;
    return true;
  }
  if (gap > smallest) {
    next_time_ = time;
    return ring_.write_silence(ring_.format().samples_in(gap));
  }
  if (gap < -smallest) to_cut_ = ring_.format().samples_in(-gap);
  return true;
}

bool AudioDecoder::write(const AVFrame& frame) {
  const auto channels = static_cast<std::size_t>(ring_.format().channels);
  const int most = swr_get_out_samples(resampler_.get(), frame.nb_samples);
  if (most <= 0) return true;
  converted_.resize(static_cast<std::size_t>(most) * channels);
  auto* out = reinterpret_cast<std::uint8_t*>(converted_.data());
  // FFmpeg 5 and 6 want an array of pointers to const that is itself not const.
  const int got = swr_convert(resampler_.get(), &out, most, const_cast<const std::uint8_t**>(frame.extended_data),
                              frame.nb_samples);
  if (got <= 0) return true;
  const auto samples = static_cast<std::uint64_t>(got);
  const std::uint64_t cut = std::min(samples, to_cut_);
  to_cut_ -= cut;
  next_time_ += ring_.format().length_of(samples - cut);
  return ring_.write({converted_.data() + cut * channels, (samples - cut) * channels});
}

void AudioDecoder::take_flush(const Flush& flush) {
  next_time_ = flush.play_from;
  fresh_ = true;
  to_cut_ = 0;
  resampler_.reset();
  ring_.restart(flush.generation, flush.play_from);
}

bool AudioDecoder::take_end() {
  report_end(next_time_);
  ring_.end();
  return true;
}

bool AudioDecoder::push_notice(Notice notice) {
  ring_.put_in_line(std::move(notice));
  return true;
}

}  // namespace fatespec::player
