#include "runner/pausable_timer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fatespec::runner {

void PausableTimer::arm(std::shared_ptr<void> owner, base::Duration after, Step step) {
  step_ = std::move(step);
  owner_ = owner;
  pause_.reset();
  wait(std::move(owner), after);
}

void PausableTimer::disarm() {
  const auto paused = std::exchange(pause_, std::nullopt);  // its owner may be ours: it goes last
  stop_waiting();
  step_ = nullptr;
}

void PausableTimer::pause() {
  if (!is_armed() || pause_) return;
  pause_ = Pause{owner_.lock(), timer_.expiry() - std::chrono::steady_clock::now()};
  stop_waiting();
}

void PausableTimer::go_on() {
  if (auto pause = std::exchange(pause_, std::nullopt)) wait(std::move(pause->owner), pause->left);
}

void PausableTimer::stop_waiting() {
  ++waits_;
  timer_.cancel();
}

// A handler that was queued before its timer was cancelled is called all the same: the number tells that it is stale.
void PausableTimer::wait(std::shared_ptr<void> owner, base::Duration after) {
  timer_.expires_after(std::max(after, base::Duration(0)));
  timer_.async_wait([this, owner = std::move(owner), number = ++waits_](boost::system::error_code code) {
    if (!code && number == waits_) std::exchange(step_, nullptr)();
  });
}

}  // namespace fatespec::runner
