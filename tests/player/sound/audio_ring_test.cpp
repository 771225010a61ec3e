#include "player/sound/audio_ring.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fatespec::player
