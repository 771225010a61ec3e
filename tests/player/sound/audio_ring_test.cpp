#include "player/sound/audio_ring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace fatespec::player {
namespace {

constexpr AudioFormat mono{1000, 1};
constexpr Time capacity = 100 * millisecond;

using Samples = std::vector<std::int16_t>;

Samples sound(std::size_t samples, std::int16_t value) { return Samples(samples, value); }

// Two seeks, one right after the other: the decoder comes to the first when the second has been asked for. Nobody
// reads what it still writes.
TEST(AudioRing, WhatASecondSeekOvertookIsNotWaitedFor) {
  AudioRing ring(mono, capacity, 0);
  ring.abandon_before(2);
  ring.restart(1, 10 * second);
  auto decoder = std::async(std::launch::async, [&] { return ring.write(sound(1000, 1)); });
  const bool waits = decoder.wait_for(std::chrono::seconds(20)) == std::future_status::timeout;
  if (waits) ring.close();
  ASSERT_FALSE(waits);
  EXPECT_TRUE(decoder.get());  // the decoder goes on
  ring.restart(2, 20 * second);
  EXPECT_TRUE(ring.write(sound(50, 2)));
  EXPECT_EQ(ring.generation(), 2);
  EXPECT_EQ(ring.available(), 50U);
  Samples heard(50);
  EXPECT_EQ(ring.read(heard), 50U);
  EXPECT_EQ(heard, sound(50, 2));
  EXPECT_EQ(ring.media_time(), 20 * second + 50 * millisecond);
}

TEST(AudioRing, ASeekWakesADecoderThatWaitsForRoom) {
  AudioRing ring(mono, capacity, 0);
  auto decoder = std::async(std::launch::async, [&] { return ring.write(sound(1000, 1)); });
  ring.wait_for(100, 0);
  ring.abandon_before(1);
  const bool waits = decoder.wait_for(std::chrono::seconds(20)) == std::future_status::timeout;
  if (waits) ring.close();
  ASSERT_FALSE(waits);
  EXPECT_TRUE(decoder.get());
}

// Each restart is a mark of its own. The last one counts, however many there were without a read.
TEST(AudioRing, TheLastOfManySeeksCounts) {
  AudioRing ring(mono, capacity, 0);
  for (int seek = 1; seek <= 100; ++seek) {
    ring.restart(seek, seek * second);
    ASSERT_TRUE(ring.write(sound(1, 1)));
  }
  Samples heard(1);
  EXPECT_EQ(ring.read(heard), 1U);
  EXPECT_EQ(ring.media_time(), 100 * second + millisecond);
}

// Seeks of one thread while another reads: under the thread sanitizer nothing is read while it is written, and what is
// heard after the last seek is of its place.
TEST(AudioRing, SeeksWhileItIsReadNeitherTearNorLoseATime) {
  AudioRing ring(mono, capacity, 0);
  constexpr int last = 5000;
  std::atomic<bool> over{false};
  auto device = std::async(std::launch::async, [&] {
    Samples heard(7);
    for (Time before = 0; !over;) {
      ring.read(heard);
      const Time now = ring.media_time();
      if (now < before) return false;  // half a mark: the old time with the new sample, or the other way round
      before = now;
    }
    return true;
  });
  for (int seek = 1; seek <= last; ++seek) {
    ring.restart(seek, seek * second);
    ASSERT_TRUE(ring.write(sound(3, 1)));
  }
  over = true;
  EXPECT_TRUE(device.get());
  Samples rest(10);
  ring.read(rest);
  EXPECT_EQ(ring.media_time(), last * second + 3 * millisecond);
}

}  // namespace
}  // namespace fatespec::player
