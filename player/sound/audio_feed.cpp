#include "player/sound/audio_feed.hpp"

namespace fatespec::player {

using sessions::EventKind;
using sessions::ThreadId;

void AudioFeed::fill(std::span<std::int16_t> interleaved, Time wall) {
  complete(interleaved, ring_.read(interleaved), wall);
}

void AudioFeed::fill_stalled(std::span<std::int16_t> interleaved, Time wall) { complete(interleaved, 0, wall); }

void AudioFeed::complete(std::span<std::int16_t> interleaved, std::uint64_t got, Time wall) {
  const auto channels = static_cast<std::uint64_t>(ring_.format().channels);
  const std::uint64_t wanted = interleaved.size() / channels;
  const std::span<std::int16_t> missing = interleaved.subspan(got * channels);
  std::fill(missing.begin(), missing.end(), std::int16_t{0});
  apply_volume(interleaved.first(got * channels));
  const Time media_end = ring_.media_time();
  const bool drained = ring_.drained();
  const bool underrun = got < wanted && !drained && !ring_.is_priming();
  // The device goes on with silence after the end, and the media time with it, until the last sample was heard.
  silent_ = drained ? silent_ + (wanted - got) : 0;
  const Time silence = ring_.format().length_of(silent_);
  if (!ring_.is_priming() || drained) slot_.publish({++callbacks_, wall, media_end + silence, ring_.generation()});
  std::optional<Time> level;
  if (tell_level_) level = ring_.format().length_of(ring_.available());
  log_.emit_at(wall, EventKind::audio_callback, ThreadId::audio_device, media_end, level);
  if (underrun)
    log_.emit_at(wall, EventKind::underrun, ThreadId::audio_device, ring_.format().length_of(wanted - got), media_end);
  drained_.store(drained, std::memory_order_release);
}

void AudioFeed::apply_volume(std::span<std::int16_t> interleaved) const {
  const int percent = muted() ? 0 : volume();
  if (percent == full_volume) return;
  for (auto& sample : interleaved) sample = static_cast<std::int16_t>(sample * percent / full_volume);
}

}  // namespace fatespec::player
