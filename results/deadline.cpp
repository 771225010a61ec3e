#include "results/deadline.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <system_error>

namespace fatespec::results {

base::Result<std::unique_ptr<DeadlineWatch>> DeadlineWatch::start() {
  std::unique_ptr<DeadlineWatch> made(new DeadlineWatch);
  try {
    made->thread_ = std::thread([watch = made.get()] { watch->watch(); });
  } catch (const std::system_error& error) {
    return base::io_error("results: no thread could be started", error.code().value());
  }
  return made;
}

DeadlineWatch::~DeadlineWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

DeadlineWatch::Descriptors::iterator DeadlineWatch::next() {
  return std::find_if(running_.begin(), running_.end(), [](const auto& entry) { return entry.second != struck; });
}

void DeadlineWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const auto first = next();
    if (first == running_.end()) {
      changed_.wait(lock);
    } else if (const auto when = first->first; std::chrono::steady_clock::now() < when) {
      changed_.wait_until(lock, when);  // by then it may be over, or another be first
    } else {
      ::shutdown(first->second, SHUT_RDWR);
      first->second = struck;
    }
  }
}

Deadline::Deadline(DeadlineWatch* watch, int descriptor, std::chrono::milliseconds limit) : watch_(watch) {
  if (watch_ == nullptr) return;
  {
    const std::lock_guard lock(watch_->mutex_);
    place_ = watch_->running_.emplace(std::chrono::steady_clock::now() + limit, descriptor);
  }
  watch_->changed_.notify_one();
}

Deadline::~Deadline() {
  if (watch_ == nullptr) return;
  const std::lock_guard lock(watch_->mutex_);
  watch_->running_.erase(place_);
}

}  // namespace fatespec::results
