// Time, behind an interface so that tests can own it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace fatespec::base {

using Duration = std::chrono::nanoseconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using UtcTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Monotonic; for durations.
  virtual SteadyTime steady() const = 0;
  /// Calendar time; for stamps that people read.
  virtual UtcTime utc() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  UtcTime utc() const override { return std::chrono::system_clock::now(); }
};

/// The system's clock, whose steady time stands still while it is paused. One thread.
class PausableClock final : public Clock {
 public:
  SteadyTime steady() const override { return (paused_at_ ? *paused_at_ : now()) - paused_for_; }
  UtcTime utc() const override { return std::chrono::system_clock::now(); }
  void pause() { paused_at_ = now(); }
  void resume() {
    if (paused_at_) paused_for_ += now() - *paused_at_;
    paused_at_.reset();
  }

 private:
  static SteadyTime now() { return std::chrono::steady_clock::now(); }
  std::optional<SteadyTime> paused_at_;
  Duration paused_for_{0};
};

/// "2026-01-01T00:00:00.000Z"
std::string iso8601(UtcTime time);
/// "2026-01-01", of UTC.
std::string iso8601_day(UtcTime time);

/// Seconds as a floating point number.
inline double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace fatespec::base
