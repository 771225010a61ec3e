// What a long recording costs: made once, then loaded and reported.
//   sessions_bench make FILE EVENTS        a recording as a play of a video with sound leaves it
//   sessions_bench read FILE               a line of JSON: seconds of each step, and the largest memory
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "player/recording/event_log.hpp"
#include "sessions/recording.hpp"
#include "sessions/text_reports.hpp"
#include "sessions/timeline.hpp"

namespace {

using namespace fatespec;
using sessions::EventKind;
using sessions::ThreadId;

constexpr player::Time frame = 40 * player::millisecond;

int make(const char* file, std::size_t events) {
  sessions::RecordingHeader header;
  header.sample.name = "long.mkv";
  auto recorder = player::Recorder::create(file, sessions::encode_header(header));
  if (!recorder) return 1;
  const player::RealClock clock;
  player::EventLog log(clock, recorder->get());
  log.emit_at(0, EventKind::opened, ThreadId::main, std::string_view("long.mkv"));
  log.emit_at(1, EventKind::started, ThreadId::main);
  std::size_t written = 2;
  player::Time time = 0;
  for (; written + 1 < events; time += frame) {
    const player::Time wall = time + 1'234'567 + time % 777'777;
    log.set_media_time(time + 3'210'987 - time % 333'333);
    log.emit_at(wall, EventKind::update, ThreadId::main, frame, time + 12'345);
    log.emit_at(wall + 2'345, EventKind::frame_current, ThreadId::main, time);
    log.emit_at(wall + 345'678, EventKind::frame_shown, ThreadId::main, time, wall, player::Time{-5'000'000});
    log.emit_at(wall + 350'000, EventKind::rescheduled, ThreadId::main, frame - time % 1'234'567, time + frame);
    log.emit_at(wall + 360'000, EventKind::audio_callback, ThreadId::audio_device, time, frame);
    written += 5;
  }
  log.emit_at(time, EventKind::ended, ThreadId::main, std::int64_t{0}, std::string_view("end"));
  return 0;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

long largest_memory_kib() {
  std::ifstream status("/proc/self/status");
  long kib = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> kib;
  return kib;
}

template <class Step>
double timed(Step step) {
  const auto start = std::chrono::steady_clock::now();
  step();
  return seconds_since(start);
}

int read(const char* file) {
  const auto start = std::chrono::steady_clock::now();
  const auto recording = sessions::Recording::open(file);
  const double load = seconds_since(start);
  if (!recording) {
    std::fprintf(stderr, "%s\n", recording.error().message.c_str());
    return 1;
  }
  std::size_t bytes = 0;
  const auto sink = [&](std::string_view text) { bytes += text.size(); };
  const double counter = timed([&] { sink(sessions::report_counter(*recording)); });
  const double all = timed([&] { sessions::report_all(*recording, sink); });
  const std::size_t text = bytes;
  const double timeline = timed([&] { sessions::timeline_csv(*recording, sink); });
  std::printf(R"({"events":%zu,"load":%.3f,"counter":%.3f,"all":%.3f,"all_bytes":%zu,"timeline":%.3f,"memory_mb":%.0f})"
              "\n",
              recording->events().size(), load, counter, all, text, timeline,
              static_cast<double>(largest_memory_kib()) * 1024 / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "make" && argc == 4) return make(argv[2], std::strtoul(argv[3], nullptr, 10));
  if (what == "read" && argc == 3) return read(argv[2]);
  return 2;
}
