#include "base/threads.hpp"

#include <algorithm>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

namespace fatespec::base {

std::size_t startable_threads(std::size_t wanted) {
  std::latch all_are_tried(1);
  std::vector<std::thread> threads;
  try {
    while (threads.size() < wanted) threads.emplace_back([&] { all_are_tried.wait(); });
  } catch (const std::system_error&) {  // there are no more
  }
  all_are_tried.count_down();
  for (auto& thread : threads) thread.join();
  const std::size_t enough = threads.size() < wanted ? threads.size() / 2 : wanted;  // processes count as well
  return std::max<std::size_t>(enough, 1);
}

}  // namespace fatespec::base
