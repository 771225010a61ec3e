#include "runner/pausable_timer.hpp"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace fatespec::runner {
namespace {

using namespace std::chrono_literals;

struct Owner {
  explicit Owner(boost::asio::io_context& loop) : timer(loop) {}
  PausableTimer timer;
  std::string steps;
};

struct PausableTimerTest : ::testing::Test {
  void arm(base::Duration after, const std::string& step) {
    owner->timer.arm(owner, after, [this, step] { owner->steps += step; });
  }

  boost::asio::io_context loop;
  std::shared_ptr<Owner> owner = std::make_shared<Owner>(loop);
};

TEST_F(PausableTimerTest, CallsItsStepOnce) {
  arm(1ms, "a");
  EXPECT_TRUE(owner->timer.is_armed());
  loop.run();
  EXPECT_EQ(owner->steps, "a");
  EXPECT_FALSE(owner->timer.is_armed());
}

TEST_F(PausableTimerTest, ForgetsTheStepBefore) {
  arm(0ms, "a");
  arm(0ms, "b");
  loop.run();
  EXPECT_EQ(owner->steps, "b");
}

// Both are due when the loop looks: the handler of the second is queued already when the first disarms it.
TEST_F(PausableTimerTest, AQueuedStepThatWasDisarmedIsNotTaken) {
  const auto first = std::make_shared<Owner>(loop);
  first->timer.arm(first, 0ms, [this] { owner->timer.disarm(); });
  arm(0ms, "a");
  loop.run();
  EXPECT_EQ(owner->steps, "");
}

TEST_F(PausableTimerTest, AStepMayArmTheNext) {
  owner->timer.arm(owner, 0ms, [this] { arm(0ms, "b"); });
  loop.run();
  EXPECT_EQ(owner->steps, "b");
}

TEST_F(PausableTimerTest, WaitsForNothingWhileItIsPaused) {
  arm(1h, "a");
  owner->timer.pause();
  owner->timer.pause();
  loop.run();
  EXPECT_EQ(owner->steps, "");
  EXPECT_TRUE(owner->timer.is_armed());
  owner->timer.disarm();  // in a pause the timer keeps its owner
}

TEST_F(PausableTimerTest, GoesOnWithWhatWasLeft) {
  const auto before = std::chrono::steady_clock::now();
  arm(20ms, "a");
  owner->timer.pause();
  loop.run();
  EXPECT_EQ(owner->steps, "");
  loop.restart();
  owner->timer.go_on();
  loop.run();
  EXPECT_EQ(owner->steps, "a");
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}

TEST_F(PausableTimerTest, AStepThatWasArmedInAPauseIsNotWaitedForTwice) {
  arm(1h, "a");
  owner->timer.pause();
  arm(0ms, "b");
  owner->timer.go_on();
  loop.run();
  EXPECT_EQ(owner->steps, "b");
}

TEST_F(PausableTimerTest, KeepsItsOwnerUntilTheStepWasTaken) {
  std::string steps;
  owner->timer.arm(owner, 1ms, [&steps] { steps += "a"; });
  const std::weak_ptr<Owner> watched = owner;
  owner.reset();
  loop.run();
  EXPECT_EQ(steps, "a");
  EXPECT_TRUE(watched.expired());
}

TEST(PausableTimer, ALoopThatGoesFreesWhatWaits) {
  std::weak_ptr<Owner> watched;
  {
    boost::asio::io_context loop;
    auto owner = std::make_shared<Owner>(loop);
    owner->timer.arm(owner, 1h, [] {});
    watched = owner;
    owner.reset();
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace fatespec::runner
