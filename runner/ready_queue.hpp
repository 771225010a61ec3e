// The tests that wait, and which of them may start.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/plan.hpp"

namespace fatespec::runner {

/// Hands out tests in the order in which they were added, passing over those that need more slots than are free or a
/// lock that is held. Tests of equal needs wait in one line, so that the cost does not grow with their number. When the
/// next one needs more memory than there is, nothing is handed out: it would wait for ever if others went first.
/// Exclusive tests come last.
class ReadyQueue {
 public:
  /// `available_memory`, in bytes, is asked only for tests that say what they need.
  explicit ReadyQueue(int slots, std::function<std::uint64_t()> available_memory = {})
      : slots_(slots), free_(slots), available_memory_(std::move(available_memory)) {}

  void add(const model::PlannedTest& test);
  /// The next test that may start now; its slots, locks and memory are then taken.
  const model::PlannedTest* take();
  void release(const model::PlannedTest& test);

  /// The test for which there was too little memory when take() was called last.
  const model::PlannedTest* short_of_memory() const { return short_of_memory_; }
  /// Takes it out of the queue.
  void give_up(const model::PlannedTest& test);

 private:
  using Needs = std::pair<int, std::set<std::string>>;
  struct Waiting {
    std::uint64_t sequence;
    const model::PlannedTest* test;
  };
  using Lines = std::map<Needs, std::deque<Waiting>>;

  int slots_of(const model::PlannedTest& test) const;
  bool holds_any(const std::set<std::string>& locks) const;
  Lines::iterator next_line();
  bool has_memory_for(const model::PlannedTest& test);
  const model::PlannedTest* take_exclusive();

  int slots_;
  int free_;
  std::function<std::uint64_t()> available_memory_;
  std::uint64_t memory_at_rest_ = 0;   ///< bytes that were available before any of these tests ran
  std::uint64_t memory_promised_ = 0;  ///< bytes, to running tests
  std::uint64_t added_ = 0;
  Lines lines_;
  std::deque<const model::PlannedTest*> exclusive_;
  bool exclusive_runs_ = false;
  std::set<std::string> held_;
  const model::PlannedTest* short_of_memory_ = nullptr;
};

}  // namespace fatespec::runner
