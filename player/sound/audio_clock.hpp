// Where the sound stands, from what the device asks for.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "player/common/time.hpp"

namespace fatespec::player {

/// One callback of the device: at `wall` it took what ends at `media_end`.
struct AudioMeasure {
  std::uint64_t number = 0;  ///< of the callback, from 1; 0: there was none
  Time wall = 0;
  Time media_end = 0;
  int generation = 0;
};

/// The latest measure, from the device's thread to the main thread, without a lock (a sequence lock).
class AudioMeasureSlot {
 public:
  void publish(const AudioMeasure& measure);
  AudioMeasure latest() const;

 private:
  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<std::uint64_t> number_{0};
  std::atomic<Time> wall_{0};
  std::atomic<Time> media_end_{0};
  std::atomic<int> generation_{0};
};

/// The media time that is heard. A device asks in steps, and at moments that jitter by milliseconds: the clock runs
/// evenly through them and is corrected a little at each. Main thread.
class AudioClock {
 public:
  /// `latency`: from the moment at which a callback was asked until the end of what it gave is heard. A device holds
  /// one buffer that plays while the next is asked for: two buffers.
  explicit AudioClock(Time latency) : latency_(latency) {}

  void update(const AudioMeasure& measure);
  /// Nothing before the first measure.
  std::optional<Time> at(Time wall) const;
  /// Forgets the measures: what follows is of another place.
  void reset() { offset_.reset(); }
  Time latency() const { return latency_; }

 private:
  Time latency_;
  std::uint64_t last_number_ = 0;
  std::optional<Time> offset_;  ///< media time minus wall time
  Time limit_ = 0;              ///< nothing beyond what the device was given is heard
};

}  // namespace fatespec::player
