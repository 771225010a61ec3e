// What the audio device calls when it wants sound.
#pragma once

#include <algorithm>
#include <atomic>
#include <span>

#include "player/recording/event_log.hpp"
#include "player/sound/audio_clock.hpp"
#include "player/sound/audio_ring.hpp"

namespace fatespec::player {

/// Fills the device's buffers. fill() runs on the device's thread: no lock, no allocation, no wait.
class AudioFeed {
 public:
  static constexpr int full_volume = 100;

  /// `tell_level`: events say how much the ring holds, which with a virtual clock depends on the machine.
  AudioFeed(AudioRing& ring, EventLog& log, bool tell_level) : ring_(ring), log_(log), tell_level_(tell_level) {}

  void fill(std::span<std::int16_t> interleaved, Time wall);
  /// With a virtual clock: an ordered stall of the decoder keeps back what is there.
  void fill_stalled(std::span<std::int16_t> interleaved, Time wall);

  AudioMeasure measure() const { return slot_.latest(); }
  /// True once the device has taken the last sample there is. Any thread.
  bool drained() const { return drained_.load(std::memory_order_acquire); }

  // Any thread.

  void set_volume(int percent) { volume_.store(std::clamp(percent, 0, full_volume), std::memory_order_relaxed); }
  int volume() const { return volume_.load(std::memory_order_relaxed); }
  void set_muted(bool muted) { muted_.store(muted, std::memory_order_relaxed); }
  bool muted() const { return muted_.load(std::memory_order_relaxed); }

 private:
  void complete(std::span<std::int16_t> interleaved, std::uint64_t got, Time wall);
  void apply_volume(std::span<std::int16_t> interleaved) const;

  AudioRing& ring_;
  EventLog& log_;
  bool tell_level_;
  AudioMeasureSlot slot_;
  std::uint64_t callbacks_ = 0;
  std::uint64_t silent_ = 0;  ///< samples since the last of the ring
  std::atomic<bool> drained_{false};
  std::atomic<int> volume_{full_volume};
  std::atomic<bool> muted_{false};
};

}  // namespace fatespec::player
