#include "frames/audio_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>

#include <fmt/format.h>

#include "frames/frame_listing.hpp"

namespace fatespec::frames {
namespace {

constexpr std::size_t wave_before = 200;
constexpr std::size_t wave_after = 400;
constexpr std::int64_t block = 1024;  ///< samples of a level
constexpr std::size_t most_levels = 400;

/// What the largest value of a format is.
double full_scale(AVSampleFormat format) {
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8: return 128;
    case AV_SAMPLE_FMT_S16: return 32768;
    case AV_SAMPLE_FMT_S32: return 2147483648.0;
    case AV_SAMPLE_FMT_S64: return 9223372036854775808.0;
    default: return 1;
  }
}

template <class T>
T value_at(const std::vector<std::uint8_t>& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

double sample_at(const std::vector<std::uint8_t>& bytes, AVSampleFormat format, std::size_t index) {
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8: return static_cast<double>(bytes[index]) - 128;
    case AV_SAMPLE_FMT_S16: return value_at<std::int16_t>(bytes, index);
    case AV_SAMPLE_FMT_S32: return value_at<std::int32_t>(bytes, index);
    case AV_SAMPLE_FMT_S64: return static_cast<double>(value_at<std::int64_t>(bytes, index));
    case AV_SAMPLE_FMT_FLT: return static_cast<double>(value_at<float>(bytes, index));
    case AV_SAMPLE_FMT_DBL: return value_at<double>(bytes, index);
    default: return 0;
  }
}

/// The samples of one stream, channel beside channel.
class SampleSource {
 public:
  SampleSource(MediaReader reader, int stream) : reader_(std::move(reader)), stream_(stream) {
    const auto& format = reader_.format();
    if (stream < 0 || static_cast<unsigned>(stream) >= format.nb_streams) return;
    constexpr int packed_bits = 24;
    constexpr double step_of_packed = 256;  // FFmpeg decodes them into the upper bits of 32
    if (format.streams[stream]->codecpar->bits_per_coded_sample == packed_bits) step_ = step_of_packed;
  }

  /// Makes sure that a sample of every channel is there; false at the end.
  base::Result<bool> fill() {
    while (at_ == values_.size()) {
      auto decoded = reader_.next();
      if (!decoded) return decoded.error();
      if (!*decoded) return false;
      if ((*decoded)->stream == stream_) take(*(*decoded)->frame);
    }
    return true;
  }
  double next() { return values_[at_++]; }
  AVSampleFormat format() const { return format_; }
  /// Of the values that next() gives, what counts as one.
  double step() const { return step_; }
  int rate() const { return rate_; }
  int channels() const { return channels_; }
  std::string describe() const {
    const char* name = av_get_sample_fmt_name(format_);
    return fmt::format("{} Hz, {} channels, {}", rate_, channels_, name == nullptr ? "no sound" : name);
  }
  bool same_kind(const SampleSource& other) const { return rate_ == other.rate_ && channels_ == other.channels_; }

 private:
  void take(const AVFrame& frame) {
    const auto bytes = packed_bytes(frame);
    format_ = static_cast<AVSampleFormat>(frame.format);
    rate_ = frame.sample_rate;
    channels_ = frame.ch_layout.nb_channels;
    values_.resize(bytes.size() / static_cast<std::size_t>(av_get_bytes_per_sample(format_)));
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = sample_at(bytes, format_, i);
    format_ = av_get_packed_sample_fmt(format_);
    at_ = 0;
  }

  MediaReader reader_;
  int stream_;
  std::vector<double> values_;
  std::size_t at_ = 0;
  AVSampleFormat format_ = AV_SAMPLE_FMT_NONE;
  double step_ = 1;
  int rate_ = 0;
  int channels_ = 0;
};

class SoundComparison {
 public:
  SoundComparison(SampleSource expected, SampleSource actual, double tolerance)
      : expected_(std::move(expected)), actual_(std::move(actual)), tolerance_(tolerance) {}

  base::Result<AudioDifference> run() {
    for (;;) {
      const auto more_expected = expected_.fill();
      if (!more_expected) return more_expected.error();
      const auto more_actual = actual_.fill();
      if (!more_actual) return more_actual.error();
      if (!*more_expected || !*more_actual) break;
      if (!begin()) return std::move(result_);
      compare_sample();
    }
    if (auto counted = count_rest(); !counted) return counted.error();
    begin();
    finish();
    return std::move(result_);
  }

 private:
  /// Notes what is compared; false if it cannot be, now or from here on.
  bool begin() {
    if (!expected_.same_kind(actual_)) {
      result_.not_comparable = fmt::format("{}, expected {}", actual_.describe(), expected_.describe());
      return false;
    }
    if (result_.channels == expected_.channels()) return true;
    result_.channels = expected_.channels();
    result_.rate = expected_.rate();
    const char* name = av_get_sample_fmt_name(expected_.format());
    result_.format = name == nullptr ? "" : name;
    result_.differing_of_channel.resize(static_cast<std::size_t>(result_.channels));
    return true;
  }

  void compare_sample() {
    const double scale = full_scale(expected_.format());
    const double other_scale = full_scale(actual_.format());
    const bool is_one_format = expected_.format() == actual_.format() && expected_.step() == actual_.step();
    const std::int64_t sample = result_.expected_samples++;
    ++result_.actual_samples;
    const bool wave = keeps_wave();
    for (int channel = 0; channel < result_.channels; ++channel) {
      const double value_before = expected_.next();
      const double value_now = actual_.next();
      const double before = value_before / scale;
      const double now = value_now / other_scale;
      if (wave) recent_expected_.push_back(before), recent_actual_.push_back(now);
      const double difference = before == now ? 0 : std::abs(before - now);  // of two infinities it would be no number
      if (difference <= tolerance_ * expected_.step() / scale || (std::isnan(before) && std::isnan(now))) continue;
      // What is no number, or endless, is as far off as can be.
      const double relative = std::isfinite(difference) ? difference : 1;
      squares_ += relative * relative;
      ++result_.differing;
      ++result_.differing_of_channel[static_cast<std::size_t>(channel)];
      result_.largest = std::max(result_.largest, relative);
      if (!result_.first && is_one_format)
        result_.first = SampleDifference{sample, channel, value_before / expected_.step(), value_now / actual_.step()};
      else if (!result_.first) result_.first = SampleDifference{sample, channel, before, now};
    }
    if (!result_.first && recent_expected_.size() > wave_before * static_cast<std::size_t>(result_.channels))
      drop_oldest();
    if (result_.expected_samples % block == 0) end_block(block);
  }

  /// Both signals around the first difference; before it, the last of all channels, since its channel is not known yet.
  bool keeps_wave() { return !result_.first || after_++ < wave_after; }
  void drop_oldest() {
    for (auto* recent : {&recent_expected_, &recent_actual_})
      recent->erase(recent->begin(), recent->begin() + result_.channels);
  }

  void end_block(std::int64_t samples) {
    const double mean = squares_ / (static_cast<double>(samples) * std::max(1, result_.channels));
    blocks_.push_back(mean);
    squares_ = 0;
  }

  base::Result<void> count_rest() {
    for (auto [source, count] :
         {std::pair(&expected_, &result_.expected_samples), std::pair(&actual_, &result_.actual_samples)})
      for (;;) {
        const auto more = source->fill();
        if (!more) return more.error();
        if (!*more) break;
        for (int channel = 0; channel < std::max(1, source->channels()); ++channel) (void)source->next();
        ++*count;
      }
    return {};
  }

  void finish() {
    const std::int64_t compared = std::min(result_.expected_samples, result_.actual_samples);
    if (compared % block != 0) end_block(compared % block);
    const std::size_t together = (blocks_.size() + most_levels - 1) / most_levels;
    result_.level_seconds = result_.rate == 0 ? 0
                                              : static_cast<double>(block) * static_cast<double>(together) /
                                                    static_cast<double>(result_.rate);
    for (std::size_t i = 0; together > 0 && i < blocks_.size(); i += together) {
      const auto end = blocks_.begin() + static_cast<std::ptrdiff_t>(std::min(blocks_.size(), i + together));
      const double mean = *std::max_element(blocks_.begin() + static_cast<std::ptrdiff_t>(i), end);
      result_.levels.push_back(mean > 0 ? 10 * std::log10(mean) : -std::numeric_limits<double>::infinity());
    }
    if (!result_.first) return;
    const auto channel = static_cast<std::size_t>(result_.first->channel);
    const auto lead = std::min<std::int64_t>(result_.first->sample, static_cast<std::int64_t>(wave_before));
    result_.wave_from = result_.first->sample - lead;
    for (std::size_t i = channel; i < recent_expected_.size(); i += static_cast<std::size_t>(result_.channels)) {
      result_.wave_expected.push_back(recent_expected_[i]);
      result_.wave_actual.push_back(recent_actual_[i]);
    }
  }

  SampleSource expected_;
  SampleSource actual_;
  double tolerance_;
  AudioDifference result_;
  double squares_ = 0;
  std::vector<double> blocks_;          ///< mean squares
  std::deque<double> recent_expected_;  ///< all channels, one beside the other
  std::deque<double> recent_actual_;
  std::size_t after_ = 0;
};

}  // namespace

base::Result<AudioDifference> compare_sound(const Input& expected, const Input& actual, int stream, double tolerance) {
  auto before = MediaReader::open(expected);
  if (!before) return before.error();
  auto now = MediaReader::open(actual);
  if (!now) return now.error();
  return SoundComparison(SampleSource(std::move(*before), stream), SampleSource(std::move(*now), stream), tolerance)
      .run();
}

}  // namespace fatespec::frames
