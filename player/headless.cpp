#include "player/headless.hpp"

#include <chrono>
#include <thread>

namespace fatespec::player {

std::optional<UserAction> Headless::poll() {
  while (keys_) {
    const auto key = keys_->read();
    if (!key) break;
    if (const auto action = action_of_key(*key)) return action;
  }
  return std::nullopt;
}

void Headless::wait(Time length) {
  if (keys_) keys_->wait(length);
  else std::this_thread::sleep_for(std::chrono::nanoseconds(length));
}

}  // namespace fatespec::player
