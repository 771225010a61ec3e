// Packets between the demuxer and the decoders.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <variant>

#include "player/common/ffmpeg.hpp"
#include "player/recording/notice.hpp"

namespace fatespec::player {

/// What comes after it belongs to another place of the sample.
struct Flush {
  int generation = 0;
  Time play_from = 0;  ///< what ends before this is not to be shown or heard
};
struct EndOfStream {};

using PacketItem = std::variant<PacketPtr, Flush, EndOfStream, Notice>;

/// One of the two that are played.
enum class Track : std::uint8_t { video, audio };

struct QueueLevels {
  std::size_t video_packets = 0;
  std::size_t audio_packets = 0;
  std::size_t bytes = 0;
};

/// A queue for each track, bounded together: a decoder that waits for a packet always gets it, however unevenly the
/// sample is interleaved, while otherwise about a second is held.
class PacketQueues {
 public:
  PacketQueues(bool video, bool audio) : tracks_{{.active = video}, {.active = audio}} {}

  /// The demuxer's: waits until more should be read. False after close() or interrupt().
  bool wait_for_room();
  /// Never blocks.
  void push(Track track, PacketItem item);
  /// Empties both and puts a Flush into each.
  void flush(const Flush& flush);
  /// The demuxer's, at the end of the sample: waits for interrupt() or close(), false after the latter.
  bool wait_for_interrupt();
  /// Lets a waiting demuxer go on.
  void interrupt();
  /// A decoder's: waits for an item. False after close().
  bool pop(Track track, PacketItem& item);
  void close();
  QueueLevels levels() const;

 private:
  struct Lane {
    bool active = false;
    bool hungry = false;
    std::deque<PacketItem> items;
    std::size_t packets = 0;
    Time length = 0;  ///< of the packets that say how long they are
    std::condition_variable arrived = {};
  };

  Lane& lane(Track track) { return tracks_[static_cast<std::size_t>(track)]; }
  const Lane& lane(Track track) const { return tracks_[static_cast<std::size_t>(track)]; }
  bool has_enough(const Lane& lane, Time length) const;
  bool wants_more();
  void account(Lane& lane, const PacketItem& item, int sign);

  mutable std::mutex mutex_;
  std::condition_variable room_;
  Lane tracks_[2];
  std::size_t bytes_ = 0;
  bool filling_ = true;  ///< up to the full measure; not again before half of it is gone
  bool interrupted_ = false;
  bool closed_ = false;
};

}  // namespace fatespec::player
