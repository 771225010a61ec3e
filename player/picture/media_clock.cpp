#include "player/picture/media_clock.hpp"

namespace fatespec::player {

MediaClock::MediaClock(const AudioFeed* feed, Time latency, Time start)
    : feed_(feed), audio_(latency), follows_audio_(feed != nullptr), anchor_media_(start) {}

void MediaClock::start(Time wall) { resume(wall); }

void MediaClock::pause(Time wall) {
  anchor_media_ = at(wall);
  paused_ = true;
}

// The device begins anew with silence in its buffers, so the measures of before are no help.
void MediaClock::resume(Time wall) {
  anchor_wall_ = wall;
  paused_ = false;
  audio_.reset();
}

void MediaClock::seek(Time target, int generation, Time wall) {
  anchor_media_ = target;
  anchor_wall_ = wall;
  generation_ = generation;
  follows_audio_ = feed_ != nullptr;
  audio_.reset();
}

void MediaClock::audio_ended(Time wall) {
  anchor_media_ = at(wall);
  anchor_wall_ = wall;
  follows_audio_ = false;
}

Time MediaClock::at(Time wall) {
  if (paused_) return anchor_media_;
  if (!follows_audio_) return anchor_media_ + (wall - anchor_wall_);
  return audio_at(wall).value_or(anchor_media_);
}

std::optional<Time> MediaClock::audio_at(Time wall) {
  if (feed_ == nullptr || !follows_audio_) return std::nullopt;
  const AudioMeasure measure = feed_->measure();
  if (measure.number > 0 && measure.generation == generation_ && measure.wall >= anchor_wall_) audio_.update(measure);
  return audio_.at(wall);
}

}  // namespace fatespec::player
