// The thread that reads the sample.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "player/common/faults.hpp"
#include "player/media/media_file.hpp"
#include "player/media/packet_queues.hpp"
#include "player/recording/reporter.hpp"

namespace fatespec::player {

/// Counts what the reading threads get done: as long as it moves, nothing hangs.
using Progress = std::atomic<std::uint64_t>;

class Demuxer {
 public:
  Demuxer(MediaFile& file, PacketQueues& queues, const Reporter& reporter, const std::vector<Fault>& faults,
          Progress& progress);
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;
  ~Demuxer() { join(); }

  void start();
  /// Goes to another place; what comes from there has the new generation. Main thread.
  void seek(const Flush& where);
  /// The queues must have been closed.
  void join();

 private:
  void run();
  bool read();
  void deliver(PacketPtr packet);
  bool drop(Track track, const AVPacket& packet);
  void report(Notice notice);
  void report_error(int code, std::string_view what);
  void read_failed(int code);
  void end();
  Time lead_of_pictures() const;
  void do_seek(const Flush& where);
  Track first_track() const { return file_.has_video() ? Track::video : Track::audio; }
  std::optional<Flush> take_seek();

  MediaFile& file_;
  PacketQueues& queues_;
  const Reporter& reporter_;
  PendingFaults drops_;
  Progress& progress_;
  std::int64_t left_to_drop_ = 0;
  int failures_ = 0;  ///< in a row
  bool at_end_ = false;
  std::mutex seeking_;
  std::optional<Flush> wanted_;
  std::thread thread_;
};

}  // namespace fatespec::player
