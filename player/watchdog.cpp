#include "player/watchdog.hpp"

#include <algorithm>
#include <chrono>

#include "player/recording/crash_handler.hpp"

namespace fatespec::player {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(100);

}  // namespace

Watchdog::Watchdog(const Progress& progress, Time limit, std::function<void(Time)> hung)
    : progress_(progress), limit_(limit), hung_(std::move(hung)) {
  if (limit_ <= 0) return;
  thread_ = std::thread([this] {
    prepare_thread(sessions::ThreadId::watchdog);
    watch();
  });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stop_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Time Watchdog::real_now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

void Watchdog::expect_nothing_for(Time length) {
  const Time now = real_now();
  quiet_until_.store(length >= never - now ? never : now + length, std::memory_order_relaxed);
}

void Watchdog::watch() {
  std::uint64_t seen = progress_.load(std::memory_order_relaxed);
  Time since = real_now();
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, poll_interval, [this] { return stopped_; })) {
    const std::uint64_t done = progress_.load(std::memory_order_relaxed);
    const Time now = real_now();
    const Time quiet_until = quiet_until_.load(std::memory_order_relaxed);
    if (done != seen || quiet_until >= now) since = now;
    seen = done;
    if (now - since < limit_) continue;
    hung_(now - since);
    return;
  }
}

}  // namespace fatespec::player
