#include "player/sound/audio_ring.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

namespace fatespec::player {

AudioRing::AudioRing(AudioFormat format, Time capacity, Time start)
    : format_(format),
      capacity_(format.samples_in(capacity)),
      samples_(capacity_ * static_cast<std::uint64_t>(format.channels)) {
  marks_[0].set({0, start});
  reached_.set({0, start});
}

void AudioRing::Slot::set(const Mark& mark) {
  changes_.fetch_add(1);
  sample_.store(mark.sample);
  time_.store(mark.time);
  changes_.fetch_add(1);
}

std::optional<AudioRing::Mark> AudioRing::Slot::get() const {
  const std::uint32_t before = changes_.load();
  const Mark mark{sample_.load(), time_.load()};
  if (before % 2 != 0 || changes_.load() != before) return std::nullopt;
  return mark;
}

std::uint64_t AudioRing::room() const {
  const std::uint64_t gone = std::max(read_.load(std::memory_order_acquire), dropped_to_.load());
  return capacity_ - (written_.load(std::memory_order_relaxed) - std::min(gone, written_.load()));
}

// False if what would be written is not wanted any more.
bool AudioRing::wait_for_room() {
  for (;;) {
    const std::uint32_t bell = emptied_.load(std::memory_order_acquire);
    if (closed_ || abandoned()) return false;
    if (room() > 0) return true;
    emptied_.wait(bell);
  }
}

bool AudioRing::write(std::span<const std::int16_t> interleaved) {
  const auto channels = static_cast<std::uint64_t>(format_.channels);
  while (!interleaved.empty()) {
    if (!wait_for_room()) return !closed_;
    const std::uint64_t written = written_.load(std::memory_order_relaxed);
    const std::uint64_t place = written % capacity_;
    const std::uint64_t count = std::min({interleaved.size() / channels, room(), capacity_ - place});
    std::memcpy(samples_.data() + place * channels, interleaved.data(), count * channels * sizeof(std::int16_t));
    written_.store(written + count, std::memory_order_release);
    priming_.store(false, std::memory_order_release);
    signal(filled_);
    interleaved = interleaved.subspan(count * channels);
  }
  return true;
}

bool AudioRing::write_silence(std::uint64_t samples) {
  constexpr std::size_t piece = 2048;
  const std::array<std::int16_t, piece> zeros{};
  std::uint64_t values = samples * static_cast<std::uint64_t>(format_.channels);
  const std::uint64_t most =
      piece / static_cast<std::uint64_t>(format_.channels) * static_cast<std::uint64_t>(format_.channels);
  for (; values > 0; values -= std::min(values, most)) {
    if (!write({zeros.data(), std::min(values, most)})) return false;
    if (abandoned()) return true;
  }
  return true;
}

// While all slots are in use the time is left as it runs: it matters to nobody within half a second of sound.
void AudioRing::set_time(Time time) {
  const std::uint64_t made = marks_made_.load(std::memory_order_relaxed);
  if (made - mark_in_use_.load(std::memory_order_acquire) >= marks) return;
  marks_.at(made % marks).set({written_.load(std::memory_order_relaxed), time});
  marks_made_.store(made + 1, std::memory_order_release);
}

// With all slots in use the newest one gives way. A reader that comes to it meanwhile sees the new one with its next
// read.
void AudioRing::set_time_for_sure(Time time) {
  const std::uint64_t made = marks_made_.load(std::memory_order_relaxed);
  const bool full = made - mark_in_use_.load(std::memory_order_acquire) >= marks;
  if (full) marks_.at((made - 1) % marks).set({written_.load(std::memory_order_relaxed), time});
  else set_time(time);
}

// A read that did not see it yet may be copying what is dropped: nothing is written over that before it has ended.
void AudioRing::restart(int generation, Time time) {
  dropped_to_.store(written_.load(std::memory_order_relaxed));
  while (reading_) std::this_thread::yield();
  ended_.store(false);
  priming_.store(true);
  {
    const std::lock_guard lock(in_line_mutex_);
    in_line_.clear();
  }
  set_time_for_sure(time);
  generation_.store(generation, std::memory_order_release);
  signal(filled_);
}

void AudioRing::put_in_line(AudioInLine item) {
  {
    const std::lock_guard lock(in_line_mutex_);
    in_line_.push_back({written_.load(std::memory_order_relaxed), std::move(item)});
  }
  signal(filled_);
}

void AudioRing::skip_dropped() {
  const std::uint64_t dropped = dropped_to_.load();
  if (read_.load(std::memory_order_relaxed) < dropped) read_.store(dropped, std::memory_order_release);
}

void AudioRing::advance_mark() {
  const std::uint64_t made = marks_made_.load(std::memory_order_acquire);
  std::uint64_t in_use = mark_in_use_.load(std::memory_order_relaxed);
  const std::uint64_t read = read_.load(std::memory_order_relaxed);
  // What is being changed is of a place that the reader comes to later.
  for (; in_use + 1 < made; ++in_use) {
    const auto next = marks_.at((in_use + 1) % marks).get();
    if (!next || next->sample > read) break;
  }
  if (const auto mark = marks_.at(in_use % marks).get()) reached_.set(*mark);
  mark_in_use_.store(in_use, std::memory_order_release);
}

std::uint64_t AudioRing::read(std::span<std::int16_t> interleaved) {
  reading_ = true;
  skip_dropped();
  const auto channels = static_cast<std::uint64_t>(format_.channels);
  std::uint64_t total = 0;
  while (!interleaved.empty()) {
    const std::uint64_t read = read_.load(std::memory_order_relaxed);
    const std::uint64_t place = read % capacity_;
    const std::uint64_t there = written_.load(std::memory_order_acquire) - read;
    const std::uint64_t count = std::min({interleaved.size() / channels, there, capacity_ - place});
    if (count == 0) break;
    std::memcpy(interleaved.data(), samples_.data() + place * channels, count * channels * sizeof(std::int16_t));
    read_.store(read + count, std::memory_order_release);
    interleaved = interleaved.subspan(count * channels);
    total += count;
  }
  reading_ = false;
  advance_mark();
  signal(emptied_);
  return total;
}

Time AudioRing::media_time() const {
  const std::uint64_t read = read_.load(std::memory_order_relaxed);
  auto mark = reached_.get();
  while (!mark) mark = reached_.get();  // other threads only: the device's side changes it itself
  return mark->time + (read >= mark->sample ? format_.length_of(read - mark->sample) : 0);
}

std::uint64_t AudioRing::available() const {
  const std::uint64_t read = std::max(read_.load(std::memory_order_acquire), dropped_to_.load());
  const std::uint64_t written = written_.load(std::memory_order_acquire);
  return written > read ? written - read : 0;
}

bool AudioRing::drained() const { return ended_.load(std::memory_order_acquire) && available() == 0; }

void AudioRing::wait_for(std::uint64_t samples, int generation) {
  samples = std::min(samples, capacity_);
  for (;;) {
    const std::uint32_t bell = filled_.load(std::memory_order_acquire);
    const bool reached = generation_.load(std::memory_order_acquire) >= generation;
    if (closed_ || (reached && (ended_ || available() >= samples))) return;
    filled_.wait(bell);
  }
}

bool AudioRing::take_in_line(AudioInLine& item) {
  const std::lock_guard lock(in_line_mutex_);
  if (in_line_.empty()) return false;
  // What was put in line before a sample came before it: at the sample itself it might not be there yet.
  if (in_line_.front().sample >= read_.load(std::memory_order_relaxed) && !drained()) return false;
  item = std::move(in_line_.front().item);
  in_line_.pop_front();
  return true;
}

void AudioRing::abandon_before(int generation) {
  wanted_generation_.store(generation);
  signal(emptied_);
}

void AudioRing::close() {
  closed_.store(true);
  signal(emptied_);
  signal(filled_);
}

}  // namespace fatespec::player
