#include "player/common/clock.hpp"

#include <thread>

namespace fatespec::player {

void RealClock::wait_until(Time time, Waiter& waiter) {
  const Time length = time - now();
  if (length > 0) waiter.wait(length);
}

void RealClock::sleep(Time length) { std::this_thread::sleep_for(std::chrono::nanoseconds(length)); }

}  // namespace fatespec::player
