#include "runner/ready_queue.hpp"

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

class ReadyQueueTest : public ::testing::Test {
 protected:
  const model::PlannedTest& add(ReadyQueue& queue, int slots, std::vector<std::string> locks = {},
                                bool exclusive = false, std::uint64_t memory = 0) {
    auto spec = std::make_shared<model::TestSpec>();
    spec->slots = slots;
    spec->locks = std::move(locks);
    spec->exclusive = exclusive;
    spec->memory = memory;
    auto test = std::make_unique<model::PlannedTest>();
    test->index = tests_.size();
    test->spec = spec;
    tests_.push_back(std::move(test));
    queue.add(*tests_.back());
    return *tests_.back();
  }
  const model::PlannedTest& add_with_memory(ReadyQueue& queue, std::uint64_t memory) {
    return add(queue, 1, {}, false, memory);
  }
  static int take(ReadyQueue& queue) {
    const auto* test = queue.take();
    return test == nullptr ? -1 : static_cast<int>(test->index);
  }
  std::vector<std::unique_ptr<model::PlannedTest>> tests_;
};

TEST_F(ReadyQueueTest, KeepsTheOrderWithinTheSlots) {
  ReadyQueue queue(2);
  const auto& first = add(queue, 1);
  add(queue, 1);
  add(queue, 1);
  EXPECT_EQ(take(queue), 0);
  EXPECT_EQ(take(queue), 1);
  EXPECT_EQ(take(queue), -1);
  queue.release(first);
  EXPECT_EQ(take(queue), 2);
}

TEST_F(ReadyQueueTest, SmallTestsPassOneThatNeedsMoreSlots) {
  ReadyQueue queue(2);
  const auto& first = add(queue, 1);
  const auto& large = add(queue, 2);
  const auto& third = add(queue, 1);
  EXPECT_EQ(take(queue), 0);
  EXPECT_EQ(take(queue), 2);
  queue.release(first);
  queue.release(third);
  EXPECT_EQ(take(queue), 1);
  EXPECT_EQ(take(queue), -1);
  queue.release(large);
}

TEST_F(ReadyQueueTest, ATestThatWantsMoreThanThereIsGetsAll) {
  ReadyQueue queue(2);
  add(queue, 99);
  EXPECT_EQ(take(queue), 0);
}

TEST_F(ReadyQueueTest, TestsThatShareALockNeverOverlap) {
  ReadyQueue queue(4);
  const auto& first = add(queue, 1, {"gpu"});
  add(queue, 1, {"gpu", "net"});
  add(queue, 1, {"net"});
  EXPECT_EQ(take(queue), 0);
  EXPECT_EQ(take(queue), 2);
  EXPECT_EQ(take(queue), -1);
  queue.release(first);
  EXPECT_EQ(take(queue), -1) << "net is still held";
  queue.release(*tests_[2]);
  EXPECT_EQ(take(queue), 1);
}

TEST_F(ReadyQueueTest, ExclusiveTestsRunAlone) {
  ReadyQueue queue(4);
  const auto& alone = add(queue, 1, {}, true);
  const auto& other = add(queue, 1);
  EXPECT_EQ(take(queue), 1);
  EXPECT_EQ(take(queue), -1);
  queue.release(other);
  EXPECT_EQ(take(queue), 0);
  add(queue, 1);
  EXPECT_EQ(take(queue), -1);
  queue.release(alone);
  EXPECT_EQ(take(queue), 2);
}

TEST_F(ReadyQueueTest, NothingStartsWhileTheNextOneIsShortOfMemory) {
  std::uint64_t available = 1000;
  ReadyQueue queue(4, [&] { return available; });
  const auto& large = add_with_memory(queue, 800);
  const auto& other = add_with_memory(queue, 300);
  add(queue, 1);
  EXPECT_EQ(take(queue), 0);
  EXPECT_EQ(take(queue), -1) << "what was promised counts, even if it is not taken yet";
  EXPECT_EQ(queue.short_of_memory(), &other);
  queue.release(large);
  EXPECT_EQ(take(queue), 1);
  EXPECT_EQ(queue.short_of_memory(), nullptr);
  EXPECT_EQ(take(queue), 2);
}

TEST_F(ReadyQueueTest, WhatCannotBeHadIsGivenUp) {
  ReadyQueue queue(4, [] { return std::uint64_t{10}; });
  const auto& large = add_with_memory(queue, 800);
  add(queue, 1);
  EXPECT_EQ(take(queue), -1);
  queue.give_up(large);
  EXPECT_EQ(take(queue), 1);
}

}  // namespace
}  // namespace fatespec::runner
