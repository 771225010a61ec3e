#include "player/recording/recorder.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "player/recording/event_encoder.hpp"
#include "sessions/recording_reader.hpp"
#include "tests/support/support.hpp"

namespace fatespec::player {
namespace {

using sessions::EventKind;
using sessions::ThreadId;
using test::TemporaryDirectory;

std::string header() { return sessions::encode_header({}); }

void write_number(Recorder& recorder, ThreadId thread, std::int64_t number) {
  recorder.append(EventEncoder(EventKind::update, thread, number, number, number, number).bytes());
}

/// The numbers that each thread wrote, in the order of the file.
std::map<int, std::vector<std::int64_t>> numbers_in(const std::string& bytes, sessions::Damage& damage) {
  std::map<int, std::vector<std::int64_t>> numbers;
  auto reader = sessions::RecordingReader::open(bytes);
  if (!reader) return numbers;
  sessions::Event event;
  while (reader->next(event)) numbers[static_cast<int>(event.thread)].push_back(*event.number(1));
  damage = reader->damage();
  return numbers;
}

TEST(Recorder, KeepsEverythingThatThreadsWriteAtOnceAndTrimsTheFile) {
  const TemporaryDirectory directory;
  constexpr std::int64_t count = 50'000;
  {
    auto recorder = Recorder::create(directory / "r.dbg", header());
    ASSERT_TRUE(recorder);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::int64_t i = 0; i < count; ++i) write_number(**recorder, static_cast<ThreadId>(t), i);
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ((*recorder)->lost(), 0U);
  }
  const std::string bytes = test::read_file(directory / "r.dbg");
  EXPECT_NE(bytes.back(), '\0');
  sessions::Damage damage;
  const auto numbers = numbers_in(bytes, damage);
  EXPECT_EQ(damage.places, 0U);
  ASSERT_EQ(numbers.size(), 4U);
  for (const auto& [thread, written] : numbers) {
    ASSERT_EQ(written.size(), static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(written[static_cast<std::size_t>(i)], i);
  }
}

TEST(Recorder, ABlockMayBeLong) {
  const TemporaryDirectory directory;
  sessions::RecordingHeader second;
  second.sample.name = std::string(5000, 'x');
  {
    auto recorder = Recorder::create(directory / "r.dbg", header());
    ASSERT_TRUE(recorder);
    write_number(**recorder, ThreadId::main, 1);
    (*recorder)->append_block(sessions::encode_header(second));
    write_number(**recorder, ThreadId::main, 2);
  }
  const std::string bytes = test::read_file(directory / "r.dbg");
  auto reader = sessions::RecordingReader::open(bytes);
  ASSERT_TRUE(reader);
  sessions::Event event;
  int events = 0;
  while (reader->next(event)) ++events;
  EXPECT_EQ(events, 2);
  EXPECT_EQ(reader->header().sample.name, second.sample.name);
}

/// Shared with a child: how far each of its threads has come.
struct Shared {
  std::atomic<std::int64_t> written[3];
};

void write_until_killed(const std::string& path, Shared& shared) {
  auto recorder = Recorder::create(path, header());
  if (!recorder) ::_exit(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (std::int64_t i = 0;; ++i) {
        write_number(**recorder, static_cast<ThreadId>(t), i);
        shared.written[t].store(i + 1);
      }
    });
  for (;;) ::pause();
}

// FATESPEC_KILLS sets how often: scripts/soak takes 1,000.
TEST(Recorder, AKilledProcessTakesNoEventWithIt) {
  const TemporaryDirectory directory;
  const char* wanted = std::getenv("FATESPEC_KILLS");
  const int kills = wanted == nullptr ? 25 : std::atoi(wanted);
  auto* shared =
      static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::mt19937 random(7);
  std::uniform_int_distribution<int> microseconds(0, 20'000);
  for (int kill = 0; kill < kills; ++kill) {
    for (auto& written : shared->written) written = 0;
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(directory / "r.dbg", *shared);
    const bool all_write = test::wait_until([&] {
      return std::all_of(std::begin(shared->written), std::end(shared->written), [](const auto& n) { return n > 0; });
    });
    ASSERT_TRUE(all_write);
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    sessions::Damage damage;
    const auto numbers = numbers_in(test::read_file(directory / "r.dbg"), damage);
    ASSERT_EQ(damage.places, 0U) << "kill " << kill;
    for (int t = 0; t < 3; ++t) {
      const auto found = numbers.find(t);
      ASSERT_NE(found, numbers.end());
      ASSERT_GE(static_cast<std::int64_t>(found->second.size()), shared->written[t].load()) << "kill " << kill;
      for (std::size_t i = 0; i < found->second.size(); ++i) ASSERT_EQ(found->second[i], static_cast<std::int64_t>(i));
    }
  }
  ::munmap(shared, sizeof(Shared));
}

TEST(Recorder, AFullDiskLosesEventsAndSaysSo) {
  const TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    // A limit on file sizes stands for the disk.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8U << 20U, 8U << 20U};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::uint64_t lost = 0;
    {
      auto recorder = Recorder::create(directory / "r.dbg", header());
      if (!recorder) ::_exit(2);
      for (std::int64_t i = 0; i < 1'000'000; ++i) write_number(**recorder, ThreadId::main, i);
      lost = (*recorder)->lost();
    }
    ::_exit(lost > 500'000 ? 0 : 3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  sessions::Damage damage;
  const auto numbers = numbers_in(test::read_file(directory / "r.dbg"), damage);
  EXPECT_GT(numbers.at(0).size(), 100'000U);
  EXPECT_EQ(damage.places, 0U);
}

TEST(Recorder, ASampleIsNotTakenForARecording) {
  const TemporaryDirectory directory;
  using namespace std::string_literals;
  for (const std::string& sample : {"RIFF and more"s,
                                    "\0\0\0\x18"
                                    "ftypisom"s,
                                    "\0\0\0\x01\x67"s, "\xd9"s}) {
    directory.write("sample", sample);
    const auto refused = Recorder::create(directory / "sample", header());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, directory / "sample" + " is there and no recording: it is not overwritten");
    EXPECT_EQ(test::read_file(directory / "sample"), sample);
  }
  // A recording, and what a play that was killed at once left, give way.
  for (const std::string& before : {header() + "old", std::string(4096, '\0'), std::string()}) {
    directory.write("again.dbg", before);
    ASSERT_TRUE(Recorder::create(directory / "again.dbg", header()));
    EXPECT_EQ(test::read_file(directory / "again.dbg"), header());
  }
}

TEST(Recorder, SaysWhyItCannotBegin) {
  const TemporaryDirectory directory;
  const auto recorder = Recorder::create(directory / "no/such/r.dbg", header());
  ASSERT_FALSE(recorder);
  EXPECT_NE(recorder.error().message.find("No such file or directory"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::player
