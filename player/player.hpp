// One play of one sample, from the first frame to the last event.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/exit_status.hpp"
#include "player/picture/presenter.hpp"
#include "player/sound/audio_device.hpp"
#include "player/watchdog.hpp"

namespace fatespec::player {

/// A key that is pressed by itself, for tests and demonstrations.
struct PlannedPress {
  Time at = 0;  ///< wall time since the play started
  UserAction action;
};

struct PlayerState {
  Time position = 0;  ///< from the start of the sample
  std::optional<Time> duration;
  bool paused = false;
  std::optional<Time> drift;  ///< of the last frame: video minus audio
  QueueLevels packets;
  std::size_t frames = 0;
  Time audio_buffered = 0;
  std::uint64_t shown = 0;
  sessions::DefectCounts defects;
  int volume = 0;
  bool muted = false;
};

/// Main thread.
class Player {
 public:
  struct Parts {
    MediaFile& file;
    Pipeline& pipeline;
    Clock& clock;
    Display& display;
    EventLog& log;
    AudioDevice* audio;  ///< nullptr: no sound
    AudioFeed* feed;
    AudioRing* ring;
    const std::vector<Fault>& faults;
    std::vector<PlannedPress> presses;
    const std::atomic<int>& stop_signal;                 ///< not 0: the user wants it to end
    std::function<void(const PlayerState&)> show_state;  ///< a few times a second
    Watchdog& watchdog;
    bool overlay = false;  ///< shown from the start
  };
  explicit Player(Parts parts);

  /// Plays to the end, or until the user ends it.
  ExitStatus run();
  /// Why it was not ExitStatus::played; one line.
  const std::string& message() const { return message_; }

 private:
  void preroll();
  bool step_once();
  void act(const UserAction& wish);
  bool take_presses(Time now);
  void toggle_pause();
  void seek(Time target);
  void wait_for_picture();
  void change_volume(int percent);
  void tell_state(Time now);
  PlayerState state(Time now);
  void follow_audio_end(Time now);
  bool ended() const;
  Time next_deadline() const;
  ExitStatus conclude();
  std::string shortfall() const;

  Parts parts_;
  MediaClock media_;
  Presenter presenter_;
  Time started_ = 0;
  Time next_update_ = never;
  Time next_state_ = 0;
  std::size_t next_press_ = 0;
  bool audio_done_;
  bool overlay_;
  bool stepped_ = false;
  bool quit_ = false;
  std::string message_;
};

/// "00:01.52"
std::string format_position(Time time);
/// The lines of the overlay.
std::vector<std::string> describe(const PlayerState& state);

}  // namespace fatespec::player
