#include "player/common/faults.hpp"
#include "player/sound/audio_device.hpp"

namespace fatespec::player {

void VirtualAudio::attach(AudioFeed& feed) {
  feed_ = &feed;
  buffer_.resize(period * static_cast<std::size_t>(format_.channels));
}

void VirtualAudio::run_due(Time now) {
  while (next_ <= now) {
    if (next_ >= stalled_until_) {
      // One more than is taken: then it is known whether these are the last.
      ring_->wait_for(period + 1, generation_);
      feed_->fill(buffer_, next_);
    } else {
      feed_->fill_stalled(buffer_, next_);
    }
    take_in_line();
    next_ += format_.length_of(period);
  }
}

void VirtualAudio::take_in_line() {
  AudioInLine item;
  while (ring_->take_in_line(item)) {
    if (const auto* notice = std::get_if<Notice>(&item)) notice->emit_into(*log_);
    else if (const auto* stall = std::get_if<AudioStall>(&item)) stalled_until_ = next_ + stall->length;
    else crash_now();
  }
}

}  // namespace fatespec::player
