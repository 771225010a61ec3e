#include "player/sound/audio_clock.hpp"

#include <algorithm>
#include <cstdlib>

namespace fatespec::player {
namespace {

// A sixteenth of each difference: jitter of 15 ms moves the clock by less than one.
constexpr Time smoothing = 16;
constexpr Time largest_correction = 60 * millisecond;

}  // namespace

void AudioMeasureSlot::publish(const AudioMeasure& measure) {
  const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  number_.store(measure.number, std::memory_order_release);
  wall_.store(measure.wall, std::memory_order_release);
  media_end_.store(measure.media_end, std::memory_order_release);
  generation_.store(measure.generation, std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
}

AudioMeasure AudioMeasureSlot::latest() const {
  for (;;) {
    const std::uint32_t before = sequence_.load(std::memory_order_acquire);
    const AudioMeasure measure{number_.load(std::memory_order_acquire), wall_.load(std::memory_order_acquire),
                               media_end_.load(std::memory_order_acquire), generation_.load(std::memory_order_acquire)};
    if (before % 2 == 0 && sequence_.load(std::memory_order_acquire) == before) return measure;
  }
}

void AudioClock::update(const AudioMeasure& measure) {
  if (measure.number == last_number_) return;
  last_number_ = measure.number;
  const Time offset = measure.media_end - latency_ - measure.wall;
  limit_ = measure.media_end;
  if (!offset_ || std::abs(offset - *offset_) > largest_correction) offset_ = offset;
  else *offset_ += (offset - *offset_) / smoothing;
}

std::optional<Time> AudioClock::at(Time wall) const {
  if (!offset_) return std::nullopt;
  return std::min(wall + *offset_, limit_);
}

}  // namespace fatespec::player
