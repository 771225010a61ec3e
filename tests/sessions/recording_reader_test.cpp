#include "sessions/recording_reader.hpp"

#include <gtest/gtest.h>

#include "player/recording/event_encoder.hpp"

namespace fatespec::sessions {
namespace {

std::string header_bytes() {
  RecordingHeader header;
  header.player = "1.2.3";
  header.clock = "virtual";
  header.sample.name = "a b.mp4";
  header.sample.size = 12345;
  header.sample.duration = 3'000'000'000;
  StreamHeader video;
  video.type = "video";
  video.codec = "h264";
  video.played = true;
  video.frames = 75;
  video.time_base = {1, 12800};
  header.sample.streams.push_back(video);
  return encode_header(header);
}

template <class... Fields>
std::string event_bytes(EventKind kind, std::int64_t wall, const Fields&... fields) {
  return std::string(player::EventEncoder(kind, ThreadId::main, wall, wall / 2, fields...).bytes());
}

std::vector<Event> read_all(const std::string& bytes, Damage* damage = nullptr, bool* cut = nullptr) {
  std::vector<Event> events;
  auto reader = RecordingReader::open(bytes);
  if (!reader) return events;
  Event event;
  while (reader->next(event)) events.push_back(event);
  if (damage != nullptr) *damage = reader->damage();
  if (cut != nullptr) *cut = reader->cut();
  return events;
}

std::string three_events() {
  return event_bytes(EventKind::opened, 0, std::string_view("a b.mp4")) +
         event_bytes(EventKind::seek_requested, 1'000'000'000, std::optional<std::int64_t>()) +
         event_bytes(EventKind::frame_shown, 5'000'000'000, std::int64_t{40'000'000}, std::int64_t{-7},
                     std::optional<std::int64_t>(-1'500'000));
}

TEST(RecordingReader, GivesBackWhatWasWritten) {
  const std::string bytes = header_bytes() + three_events();
  const auto reader = RecordingReader::open(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().player, "1.2.3");
  EXPECT_EQ(reader->header().sample.name, "a b.mp4");
  EXPECT_EQ(reader->header().sample.duration, 3'000'000'000);
  ASSERT_EQ(reader->header().sample.streams.size(), 1U);
  EXPECT_EQ(reader->header().sample.streams[0].frames, 75);
  EXPECT_EQ(reader->header().sample.streams[0].time_base.den, 12800);
  const auto events = read_all(bytes);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].fields[0].text, "a b.mp4");
  EXPECT_EQ(events[1].number(0), std::nullopt);
  EXPECT_EQ(events[1].wall, 1'000'000'000);
  EXPECT_EQ(events[1].media, 500'000'000);
  EXPECT_EQ(events[2].number(0), 40'000'000);
  EXPECT_EQ(events[2].number(1), -7);
  EXPECT_EQ(events[2].number(2), -1'500'000);
}

TEST(RecordingReader, CutAtAnyByteGivesEveryWholeEvent) {
  const std::string header = header_bytes();
  const std::vector<std::string> parts = {event_bytes(EventKind::opened, 0, std::string_view("sample")),
                                          event_bytes(EventKind::update, 3, std::int64_t{1}, std::int64_t{2}),
                                          event_bytes(EventKind::ended, 4, std::int64_t{0}, std::string_view(""))};
  std::string all = header;
  for (const auto& part : parts) all += part;
  for (std::size_t size = header.size(); size <= all.size(); ++size) {
    std::size_t whole = 0;
    for (std::size_t end = header.size(); whole < parts.size() && end + parts[whole].size() <= size; ++whole)
      end += parts[whole].size();
    Damage damage;
    EXPECT_EQ(read_all(all.substr(0, size), &damage).size(), whole) << size;
    EXPECT_EQ(damage.places, 0U) << size;
  }
  for (std::size_t size = 0; size < header.size(); ++size)
    EXPECT_FALSE(RecordingReader::open(std::string_view(all).substr(0, size))) << size;
}

TEST(RecordingReader, PassesOverEventsThatAKilledProcessHadBegun) {
  const std::string whole = event_bytes(EventKind::update, 3, std::int64_t{1}, std::int64_t{2});
  std::string begun = event_bytes(EventKind::ended, 4, std::int64_t{0}, std::string_view("half"));
  begun[0] = '\x58';
  begun[1] = static_cast<char>(begun.size() - 2);
  Damage damage;
  const std::string bytes =
      header_bytes() + whole + begun + whole + std::string(20, '\0') + whole + std::string(99, '\0');
  EXPECT_EQ(read_all(bytes, &damage).size(), 3U);
  EXPECT_EQ(damage.places, 0U);
}

TEST(RecordingReader, TellsDamageAndReadsOnBehindIt) {
  const std::string whole = event_bytes(EventKind::update, 3, std::int64_t{1}, std::int64_t{2});
  const std::string header = header_bytes();
  Damage damage;
  EXPECT_EQ(read_all(header + whole + "\xff\xff\xff garbage" + whole + whole, &damage).size(), 3U);
  EXPECT_EQ(damage.places, 1U);
  EXPECT_EQ(damage.offset, header.size() + whole.size());
}

TEST(RecordingReader, NumbersThatNoPlayerWritesAreDamage) {
  constexpr std::int64_t largest = (std::int64_t{1} << 61) - 1;
  EXPECT_EQ(read_all(header_bytes() + event_bytes(EventKind::update, 0, largest, -largest)).size(), 1U);
  EXPECT_EQ(read_all(header_bytes() + event_bytes(EventKind::update, 0, largest + 1, std::int64_t{0})).size(), 0U);
  EXPECT_EQ(read_all(header_bytes() + event_bytes(EventKind::update, 0, INT64_MIN, std::int64_t{0})).size(), 0U);
}

// Each damaged at its end, and an event between, from which the next is looked for.
TEST(RecordingReader, ManyDamagedHeadersTakeNoTime) {
  const std::string event = event_bytes(EventKind::update, 3, std::int64_t{1}, std::int64_t{2});
  std::string damaged = "\xd9\xd9\xf7\x9a\x7f\xff\xff\xff";  // an array of two billion elements
  std::string bytes = header_bytes();
  constexpr std::size_t count = 100'000;
  for (std::size_t i = 0; i < count; ++i) bytes += damaged + event;
  EXPECT_EQ(read_all(bytes).size(), count);
}

TEST(RecordingReader, PassesOverKindsOfLaterVersions) {
  std::string later = event_bytes(EventKind::update, 3, std::int64_t{1}, std::int64_t{2});
  later = later.substr(0, 1) + "\x18\xc8" + later.substr(2);  // kind 200
  Damage damage;
  EXPECT_EQ(read_all(header_bytes() + later + three_events(), &damage).size(), 3U);
  EXPECT_EQ(damage.places, 0U);
}

TEST(RecordingReader, RefusesWhatIsNoRecordingAndOtherVersions) {
  EXPECT_EQ(RecordingReader::open("hello").error().message, "this is no recording of fatespec's player");
  EXPECT_EQ(RecordingReader::open("").error().message, "this is no recording of fatespec's player");
  std::string header = header_bytes();
  const std::string key = "fatespec_recording";
  header[header.find(key) + key.size()] = '\x02';
  EXPECT_EQ(RecordingReader::open(header).error().message,
            "the recording has format version 2; this fatespec reads version 1");
  // Nested without end: refused, not followed.
  EXPECT_EQ(RecordingReader::open("\xd9\xd9\xf7" + std::string(1000, '\x81')).error().message,
            "the recording's header is damaged or cut");
}

TEST(EventEncoder, CutsALongTextAtACharacterAndKeepsWhatFollows) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "ü";
  const std::string bytes =
      header_bytes() + event_bytes(EventKind::crash, 3, std::int64_t{11}, std::int64_t{1}, std::string_view(text)) +
      event_bytes(EventKind::window, 3, std::string_view(text), std::int64_t{640}, std::int64_t{480});
  const auto events = read_all(bytes);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_GT(events[0].fields[2].text.size(), 100U);
  EXPECT_EQ(events[0].fields[2].text.size() % 2, 0U);
  EXPECT_EQ(events[1].number(2), 480);
}

}  // namespace
}  // namespace fatespec::sessions
