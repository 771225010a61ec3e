// The clock that a play goes by: the machine's, or one that moves only as the player lets it.
#pragma once

#include <atomic>
#include <chrono>

#include "player/common/time.hpp"

namespace fatespec::player {

/// Lets the main thread wait for time to pass, and be woken before.
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// Returns after `length`, or earlier if something happened that the main thread should look at.
  virtual void wait(Time length) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  /// Since the clock was made. Any thread.
  virtual Time now() const = 0;
  virtual bool is_virtual() const = 0;
  /// The main thread's.
  virtual void wait_until(Time time, Waiter& waiter) = 0;
  /// Any thread's; not for the main thread.
  virtual void sleep(Time length) = 0;
};

class RealClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now().time_since_epoch().count() - origin_; }
  bool is_virtual() const override { return false; }
  void wait_until(Time time, Waiter& waiter) override;
  void sleep(Time length) override;

 private:
  const Time origin_ = std::chrono::steady_clock::now().time_since_epoch().count();
};

/// Waiting takes no time and moves the clock: whoever waits on the main thread gets there at once.
class VirtualClock final : public Clock {
 public:
  Time now() const override { return now_.load(std::memory_order_relaxed); }
  bool is_virtual() const override { return true; }
  void wait_until(Time time, Waiter&) override {
    if (time > now()) now_.store(time, std::memory_order_relaxed);
  }
  void sleep(Time) override {}

 private:
  std::atomic<Time> now_{0};
};

}  // namespace fatespec::player
