// Sound between the audio decoder and the device.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "player/common/time.hpp"
#include "player/recording/notice.hpp"

namespace fatespec::player {

struct AudioFormat {
  int rate = 48000;  ///< samples a second
  int channels = 2;  ///< interleaved, 16 bits each

  Time length_of(std::uint64_t samples) const {
    return static_cast<Time>(samples * static_cast<std::uint64_t>(second) / static_cast<std::uint64_t>(rate));
  }
  std::uint64_t samples_in(Time length) const {
    return static_cast<std::uint64_t>(length) * static_cast<std::uint64_t>(rate) / static_cast<std::uint64_t>(second);
  }
};

/// What stands between samples with a virtual clock.
struct AudioStall {
  Time length = 0;
};
struct AudioCrash {};
using AudioInLine = std::variant<Notice, AudioStall, AudioCrash>;

/// One thread writes, one other reads; the reading side takes no lock, allocates nothing and never waits, unless it
/// asks to. "Samples" are of all channels together.
class AudioRing {
 public:
  AudioRing(AudioFormat format, Time capacity, Time start);

  const AudioFormat& format() const { return format_; }

  // The decoder's side.

  /// Waits for room. False after close(); what is written of an abandoned generation may be lost.
  bool write(std::span<const std::int16_t> interleaved);
  bool write_silence(std::uint64_t samples);
  /// The next sample that is written belongs to this media time.
  void set_time(Time time);
  /// Drops what was not read; what follows is of another place of the sample.
  void restart(int generation, Time time);
  /// Nothing more comes, until restart().
  void end() {
    ended_.store(true, std::memory_order_release);
    signal(filled_);
  }
  void put_in_line(AudioInLine item);

  // The device's side.

  /// Copies what is there, at most as much as asked for; the number of samples.
  std::uint64_t read(std::span<std::int16_t> interleaved);
  /// Media time of the sample that is read next. Any thread.
  Time media_time() const;
  std::uint64_t available() const;
  /// The last sample was read, and no more come.
  bool drained() const;
  /// Nothing has come since the start or the last restart().
  bool is_priming() const { return priming_.load(std::memory_order_acquire); }
  int generation() const { return generation_.load(std::memory_order_acquire); }

  // Where the device's side is the main thread (virtual clock).

  /// Waits until so many samples of that generation, or its last, are there.
  void wait_for(std::uint64_t samples, int generation);
  /// What stands before the samples that were read. False if there is nothing.
  bool take_in_line(AudioInLine& item);

  // Any thread.

  /// What the decoder writes of generations before this one is dropped: even if it comes to them only later.
  void abandon_before(int generation);
  void close();

 private:
  struct Mark {
    std::uint64_t sample = 0;
    Time time = 0;
  };
  /// A mark that one thread may change while the other reads it.
  class Slot {
   public:
    void set(const Mark& mark);
    /// Nothing while it is being changed.
    std::optional<Mark> get() const;

   private:
    std::atomic<std::uint32_t> changes_{0};  ///< odd during one
    std::atomic<std::uint64_t> sample_{0};
    std::atomic<Time> time_{0};
  };
  struct InLine {
    std::uint64_t sample = 0;
    AudioInLine item;
  };
  static constexpr std::size_t marks = 16;

  static void signal(std::atomic<std::uint32_t>& bell) {
    bell.fetch_add(1, std::memory_order_release);
    bell.notify_one();
  }
  std::uint64_t room() const;
  bool abandoned() const { return generation_.load(std::memory_order_relaxed) < wanted_generation_.load(); }
  bool wait_for_room();
  void skip_dropped();
  void advance_mark();
  void set_time_for_sure(Time time);

  const AudioFormat format_;
  const std::uint64_t capacity_;  ///< samples
  std::vector<std::int16_t> samples_;
  std::atomic<std::uint64_t> written_{0};  ///< samples, since the beginning
  std::atomic<std::uint64_t> read_{0};
  std::atomic<std::uint64_t> dropped_to_{0};
  std::atomic<bool> reading_{false};
  std::array<Slot, marks> marks_{};
  std::atomic<std::uint64_t> marks_made_{1};
  std::atomic<std::uint64_t> mark_in_use_{0};
  Slot reached_;                           ///< the mark in use, as the device's side last saw it
  std::atomic<std::uint32_t> emptied_{0};  ///< rung when there is more room
  std::atomic<std::uint32_t> filled_{0};   ///< rung when there is more to read
  std::atomic<int> generation_{0};
  std::atomic<bool> ended_{false};
  std::atomic<bool> priming_{true};
  std::atomic<int> wanted_generation_{0};
  std::atomic<bool> closed_{false};
  std::mutex in_line_mutex_;
  std::deque<InLine> in_line_;
};

}  // namespace fatespec::player
