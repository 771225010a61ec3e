#include "results/deadline.hpp"

#include <sys/socket.h>

namespace fatespec::results {

Deadline::Deadline(int descriptor, std::chrono::milliseconds limit) {
  if (descriptor < 0) return;
  thread_ = std::jthread([this, descriptor, limit](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    never_.wait_for(lock, stop, limit, [] { return false; });
    if (!stop.stop_requested()) ::shutdown(descriptor, SHUT_RDWR);
  });
}

}  // namespace fatespec::results
