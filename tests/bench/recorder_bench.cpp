// What recording an event costs: a million of them as fast as they go. Each event carries the time at which it was
// emitted, so the distance of two is the whole cost of one, the reading of the clock included.
//   recorder_bench FILE [EVENTS]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "player/recording/event_log.hpp"
#include "sessions/recording_header.hpp"

namespace {

using namespace fatespec;

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t events = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000;
  std::vector<player::Time> walls(events);
  for (auto& wall : walls) wall = 1;  // the pages are there before it begins
  const player::RealClock clock;
  auto recorder = player::Recorder::create(argv[1], sessions::encode_header({}));
  if (!recorder) {
    std::fprintf(stderr, "%s\n", recorder.error().message.c_str());
    return 1;
  }
  player::EventLog log(clock, recorder->get());
  log.set_media_time(1'000'000'000);
  const long before = resident_kib();
  for (std::size_t i = 0; i < events; ++i) {
    const player::Time now = clock.now();
    walls[i] = now;
    log.emit_at(now, sessions::EventKind::frame_shown, sessions::ThreadId::main, now, now, player::Time{-5'000'000});
  }
  const player::Time total = clock.now() - walls[0];
  const long growth = resident_kib() - before;
  std::vector<player::Time> costs;
  for (std::size_t i = 1; i < events; ++i) costs.push_back(walls[i] - walls[i - 1]);
  std::sort(costs.begin(), costs.end());
  const auto at = [&](double part) {
    return costs[static_cast<std::size_t>(part * static_cast<double>(costs.size() - 1))];
  };
  std::printf("median %ld ns, mean %.1f ns, p99 %ld ns, p99.99 %ld ns, max %ld ns, growth of memory %ld KiB\n", at(0.5),
              static_cast<double>(total) / static_cast<double>(events), at(0.99), at(0.9999), costs.back(), growth);
  return 0;
}
