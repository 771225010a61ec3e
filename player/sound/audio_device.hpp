// Where sound goes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "player/sound/audio_feed.hpp"

namespace fatespec::player {

/// Main thread; the feed may be called on a thread of the device's.
class AudioDevice {
 public:
  virtual ~AudioDevice() = default;
  /// What the device plays: fixed once it is open.
  virtual AudioFormat format() const = 0;
  /// From a callback until the end of what it gave is heard.
  virtual Time latency() const = 0;
  virtual std::string driver() const = 0;
  /// The feed outlives the device. Paused until resume().
  virtual void attach(AudioFeed& feed) = 0;
  virtual void pause() = 0;
  virtual void resume(Time wall) = 0;
  /// After the device was taken away: opens another; false if there is none.
  virtual bool reopen() = 0;

  // Of a device that goes by a virtual clock; others have nothing to do.

  virtual Time next_callback() const { return never; }
  virtual void run_due(Time now) { (void)now; }
  /// What is taken from now on is of that generation.
  virtual void expect(int generation) { (void)generation; }
};

/// The default device of SDL's audio driver; if there is none, SDL's `dummy` driver, which plays in real time to
/// nobody.
base::Result<std::unique_ptr<AudioDevice>> open_sdl_audio(const AudioFormat& wanted, const Clock& clock);

/// Takes sound by the clock, and runs on the main thread.
class VirtualAudio final : public AudioDevice {
 public:
  explicit VirtualAudio(const AudioFormat& format) : format_(format) {}
  /// `ring` and `log` outlive it.
  void attach_ring(AudioRing& ring, EventLog& log) { ring_ = &ring, log_ = &log; }

  AudioFormat format() const override { return format_; }
  Time latency() const override { return 2 * format_.length_of(period); }
  std::string driver() const override { return "virtual"; }
  void attach(AudioFeed& feed) override;
  void pause() override { next_ = never; }
  void resume(Time wall) override { next_ = wall; }
  bool reopen() override { return true; }
  Time next_callback() const override { return next_; }
  void run_due(Time now) override;
  void expect(int generation) override {
    generation_ = generation;
    stalled_until_ = 0;
  }

 private:
  static constexpr std::uint64_t period = 1024;  ///< samples

  void take_in_line();

  AudioFormat format_;
  AudioFeed* feed_ = nullptr;
  AudioRing* ring_ = nullptr;
  EventLog* log_ = nullptr;
  std::vector<std::int16_t> buffer_;
  Time next_ = never;
  Time stalled_until_ = 0;
  int generation_ = 0;
};

}  // namespace fatespec::player
