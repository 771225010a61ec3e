// What a test wrote into a file, read into its check.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "checks/check.hpp"
#include "runner/pausable_timer.hpp"
#include "runner/schedule/check_feed.hpp"

namespace fatespec::runner {

/// Reads a file of this machine on the pool. All calls and `done` on the loop's thread.
class FileReading : public std::enable_shared_from_this<FileReading> {
 public:
  enum class End { read, timed_out, cancelled };
  /// The reading is of no use but after End::read.
  using Done = std::function<void(End, checks::Reading)>;

  FileReading(Loops loops, std::string path) : loops_(loops), path_(std::move(path)), timer_(loops.loop) {}

  /// `limit`: how long it may take; none: as long as it takes. The factory is called on the pool.
  void start(CheckFeed::Factory factory, std::optional<base::Duration> limit, Done done);
  void cancel() { stop(End::cancelled); }
  /// Stop and start its clock.
  void suspend() { timer_.pause(); }
  void resume() { timer_.go_on(); }

 private:
  void stop(End end);
  checks::Reading read(checks::Check& check) const;

  Loops loops_;
  std::string path_;
  PausableTimer timer_;
  End end_ = End::read;
  std::atomic<bool> stopped_ = false;
};

}  // namespace fatespec::runner
