#include "runner/schedule/ready_queue.hpp"

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

/// A queue that serves one station.
class TestQueue {
 public:
  explicit TestQueue(int slots, std::function<std::uint64_t()> memory = {}) : slots_(slots, std::move(memory)) {}
  void add(const model::PlannedTest& test) { queue_.add(test); }
  const model::PlannedTest* take() { return queue_.take(slots_); }
  void release(const model::PlannedTest& test) { queue_.release(slots_, test); }
  void give_up(const model::PlannedTest& test) { queue_.give_up(test); }
  const model::PlannedTest* short_of_memory() const { return queue_.short_of_memory(); }

 private:
  Slots slots_;
  ReadyQueue queue_;
};

class ReadyQueueTest : public ::testing::Test {
 protected:
  const model::PlannedTest& add(TestQueue& queue, int slots, std::vector<std::string> locks = {},
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
  const model::PlannedTest& add_with_memory(TestQueue& queue, std::uint64_t memory) {
    return add(queue, 1, {}, false, memory);
  }
  static int take(TestQueue& queue) {
    const auto* test = queue.take();
    return test == nullptr ? -1 : static_cast<int>(test->index);
  }
  std::vector<std::unique_ptr<model::PlannedTest>> tests_;
};

TEST_F(ReadyQueueTest, KeepsTheOrderWithinTheSlots) {
  TestQueue queue(2);
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
  TestQueue queue(2);
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

TEST_F(ReadyQueueTest, ButOnlyAsOftenAsThereAreSlots) {
  TestQueue queue(3);
  const auto& first = add(queue, 1);
  add(queue, 3);
  std::vector<const model::PlannedTest*> small;
  for (int i = 0; i < 5; ++i) small.push_back(&add(queue, 1));
  EXPECT_EQ(take(queue), 0);
  for (int i = 0; i < 3; ++i) {  // always one at a time
    EXPECT_EQ(take(queue), 2 + i);
    queue.release(*small[i]);
  }
  EXPECT_EQ(take(queue), -1) << "the slots are kept for the large one";
  queue.release(first);
  EXPECT_EQ(take(queue), 1);
}

TEST_F(ReadyQueueTest, ALargeTestWhoseLockIsHeldKeepsNothing) {
  TestQueue queue(2);
  add(queue, 1, {"a"});
  EXPECT_EQ(take(queue), 0);
  add(queue, 2, {"a"});
  for (int i = 0; i < 5; ++i) {
    const auto& small = add(queue, 1);
    EXPECT_EQ(take(queue), 2 + i);
    queue.release(small);
  }
}

TEST_F(ReadyQueueTest, ATestThatWantsMoreThanThereIsGetsAll) {
  TestQueue queue(2);
  add(queue, 99);
  EXPECT_EQ(take(queue), 0);
}

TEST_F(ReadyQueueTest, TestsThatShareALockNeverOverlap) {
  TestQueue queue(4);
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
  TestQueue queue(4);
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
  TestQueue queue(4, [&] { return available; });
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
  TestQueue queue(4, [] { return std::uint64_t{10}; });
  const auto& large = add_with_memory(queue, 800);
  add(queue, 1);
  EXPECT_EQ(take(queue), -1);
  queue.give_up(large);
  EXPECT_EQ(take(queue), 1);
}

TEST_F(ReadyQueueTest, SeveralStationsAreServedFromOneQueue) {
  TestQueue unused(1);
  const auto& first = add(unused, 1, {"gpu"});
  const auto& second = add(unused, 9, {"gpu"});
  const auto& alone = add(unused, 1, {}, true);
  ReadyQueue queue;
  for (const auto* test : {&first, &second, &alone}) queue.add(*test);
  Slots small(1);
  Slots large(4);
  EXPECT_EQ(queue.take(small), &first);
  EXPECT_EQ(queue.take(small), nullptr);
  EXPECT_EQ(queue.take(large), &second) << "the lock is held on the other station";
  EXPECT_EQ(queue.take(large), nullptr);
  queue.release(small, first);
  EXPECT_EQ(queue.take(small), &alone);
  EXPECT_EQ(queue.take(small), nullptr);
}

TEST_F(ReadyQueueTest, WhatWasLostComesFirstAndASuspectAlone) {
  TestQueue unused(1);
  const auto& a = add(unused, 1);
  const auto& b = add(unused, 1);
  const auto& c = add(unused, 1);
  ReadyQueue queue;
  for (const auto* test : {&a, &b, &c}) queue.add(*test);
  Slots slots(2);
  ASSERT_EQ(queue.take(slots), &a);
  ASSERT_EQ(queue.take(slots), &b);
  queue.release(slots, a);
  queue.release(slots, b);
  queue.add_again(a, true);
  queue.add_again(b, false);
  EXPECT_EQ(queue.take(slots), &b);
  EXPECT_EQ(queue.take(slots), &c);
  queue.release(slots, b);
  EXPECT_EQ(queue.take(slots), nullptr) << "c still runs";
  queue.release(slots, c);
  EXPECT_EQ(queue.take(slots), &a);
  queue.release(slots, a);
  EXPECT_TRUE(queue.empty());
}

TEST_F(ReadyQueueTest, DrainsInOrder) {
  TestQueue unused(1);
  const auto& alone = add(unused, 1, {}, true);
  const auto& large = add(unused, 2);
  const auto& small = add(unused, 1);
  ReadyQueue queue;
  for (const auto* test : {&alone, &large, &small}) queue.add(*test);
  EXPECT_EQ(queue.drain(), (std::vector<const model::PlannedTest*>{&large, &small, &alone}));
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace fatespec::runner
