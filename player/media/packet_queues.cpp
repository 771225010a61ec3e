#include "player/media/packet_queues.hpp"

#include <algorithm>

namespace fatespec::player {
namespace {

constexpr std::size_t enough_packets = 25;  // where they do not say how long they are
constexpr std::size_t most_short_packets = 1000;
constexpr std::size_t most_bytes = std::size_t{15} << 20;
// Even for a decoder that waits: a sample that never has a packet for it must not fill the memory.
constexpr std::size_t most_bytes_for_hungry = std::size_t{256} << 20;
constexpr std::size_t most_packets_for_hungry = 1'000'000;
constexpr Time longest_packet = 3600 * second;

}  // namespace

bool PacketQueues::has_enough(const Lane& lane, Time length) const {
  const auto packets = static_cast<std::size_t>(enough_packets * length / second);
  return !lane.active || lane.length >= length || (lane.packets >= packets && lane.length == 0) ||
         lane.packets >= most_short_packets;
}

bool PacketQueues::wants_more() {
  const Lane& video = tracks_[0];
  const Lane& audio = tracks_[1];
  const auto starves = [](const Lane& lane) { return lane.hungry && lane.items.empty(); };
  if (starves(video) || starves(audio))
    return bytes_ < most_bytes_for_hungry && video.packets + audio.packets < most_packets_for_hungry;
  const Time wanted = filling_ ? second : second / 2;
  filling_ = bytes_ < most_bytes && !(has_enough(video, wanted) && has_enough(audio, wanted));
  return filling_;
}

bool PacketQueues::wait_for_room() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || interrupted_ || wants_more(); });
  interrupted_ = false;
  return !closed_;
}

bool PacketQueues::wait_for_interrupt() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || interrupted_; });
  interrupted_ = false;
  return !closed_;
}

void PacketQueues::account(Lane& lane, const PacketItem& item, int sign) {
  const auto* packet = std::get_if<PacketPtr>(&item);
  if (packet == nullptr) return;
  const auto size = static_cast<std::size_t>((*packet)->size) + sizeof(AVPacket);
  const Time length =
      std::clamp<Time>(to_time((*packet)->duration, (*packet)->time_base).value_or(0), 0, longest_packet);
  if (sign > 0) ++lane.packets, bytes_ += size, lane.length += length;
  else --lane.packets, bytes_ -= size, lane.length -= length;
}

void PacketQueues::push(Track track, PacketItem item) {
  {
    const std::lock_guard lock(mutex_);
    account(lane(track), item, 1);
    lane(track).items.push_back(std::move(item));
  }
  lane(track).arrived.notify_one();
}

void PacketQueues::flush(const Flush& flush) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& lane : tracks_) {
      lane.items.clear();
      lane.packets = 0;
      lane.length = 0;
      if (lane.active) lane.items.emplace_back(flush);
    }
    bytes_ = 0;
  }
  for (auto& lane : tracks_) lane.arrived.notify_one();
}

void PacketQueues::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  room_.notify_one();
}

bool PacketQueues::pop(Track track, PacketItem& item) {
  std::unique_lock lock(mutex_);
  Lane& from = lane(track);
  if (from.items.empty()) {
    from.hungry = true;
    room_.notify_one();
    from.arrived.wait(lock, [&] { return closed_ || !from.items.empty(); });
    from.hungry = false;
  }
  if (closed_) return false;
  item = std::move(from.items.front());
  account(from, item, -1);
  from.items.pop_front();
  const bool wake = wants_more();
  lock.unlock();
  if (wake) room_.notify_one();
  return true;
}

void PacketQueues::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  room_.notify_all();
  for (auto& lane : tracks_) lane.arrived.notify_all();
}

QueueLevels PacketQueues::levels() const {
  const std::lock_guard lock(mutex_);
  return {lane(Track::video).packets, lane(Track::audio).packets, bytes_};
}

}  // namespace fatespec::player
