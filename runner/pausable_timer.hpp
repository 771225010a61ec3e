// A timer that stands still while its owner is paused.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"

namespace fatespec::runner {

/// The next step of its owner, or none. All calls on the loop's thread.
class PausableTimer {
 public:
  using Step = std::function<void()>;

  explicit PausableTimer(boost::asio::io_context& loop) : timer_(loop) {}

  /// Calls the step once after that time, and forgets the one that was armed before. A time that has passed is now. The
  /// owner, whose member the timer is, lives until then.
  void arm(std::shared_ptr<void> owner, base::Duration after, Step step);
  void disarm();
  /// False from the call of the step on.
  bool is_armed() const { return step_ != nullptr; }

  /// What is left of the time is left when it goes on. Meanwhile the owner lives.
  void pause();
  void go_on();

 private:
  struct Pause {
    std::shared_ptr<void> owner;
    base::Duration left;
  };

  void wait(std::shared_ptr<void> owner, base::Duration after);
  void stop_waiting();

  boost::asio::steady_timer timer_;
  Step step_;
  std::weak_ptr<void> owner_;
  std::optional<Pause> pause_;
  unsigned waits_ = 0;  ///< how often it began or gave up to wait
};

}  // namespace fatespec::runner
