// The media time of the play: that of the sound where there is some, else that of the clock.
#pragma once

#include <optional>

#include "player/sound/audio_clock.hpp"
#include "player/sound/audio_feed.hpp"

namespace fatespec::player {

/// Main thread. Wall times are those of the player's Clock.
class MediaClock {
 public:
  /// `feed` is nullptr where there is no sound.
  MediaClock(const AudioFeed* feed, Time latency, Time start);

  void start(Time wall);
  void pause(Time wall);
  void resume(Time wall);
  bool paused() const { return paused_; }
  /// Moves the paused clock, to a frame that is stepped to.
  void set_paused_time(Time media) { anchor_media_ = media; }
  /// From now on the media time is `target`, until sound of the new generation is heard.
  void seek(Time target, int generation, Time wall);
  /// The last sample was heard: time goes on with the clock.
  void audio_ended(Time wall);

  Time at(Time wall);
  /// What is heard; nothing without sound.
  std::optional<Time> audio_at(Time wall);
  bool follows_audio() const { return follows_audio_; }
  Time latency() const { return audio_.latency(); }

 private:
  const AudioFeed* feed_;
  AudioClock audio_;
  bool follows_audio_;
  bool paused_ = true;
  int generation_ = 0;
  Time anchor_wall_ = 0;
  Time anchor_media_;
};

}  // namespace fatespec::player
