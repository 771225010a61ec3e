// Ends a play that hangs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "player/common/time.hpp"
#include "player/media/demuxer.hpp"

namespace fatespec::player {

/// Looks, by real time whatever the player's clock, whether anything moves: packets, frames, sound.
class Watchdog {
 public:
  /// `hung` is called on the watchdog's thread, at most once, after nothing moved for `limit`; 0: never.
  Watchdog(const Progress& progress, Time limit, std::function<void(Time waited)> hung);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Nothing is expected to move for that long, by real time: a frame that stays, a pause. Any thread.
  void expect_nothing_for(Time length);

 private:
  void watch();
  static Time real_now();

  const Progress& progress_;
  Time limit_;
  std::function<void(Time)> hung_;
  std::atomic<Time> quiet_until_{0};
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace fatespec::player
