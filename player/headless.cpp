#include "player/headless.hpp"

#include <chrono>
#include <thread>

namespace fatespec::player {

void Headless::wait(Time length) { std::this_thread::sleep_for(std::chrono::nanoseconds(length)); }

}  // namespace fatespec::player
