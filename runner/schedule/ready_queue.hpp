// The tests that wait, and which of them may start.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// What a station has for tests, and what of it is taken.
class Slots {
 public:
  /// `available_memory`, in bytes, is asked only for tests that say what they need; empty: memory is no matter.
  explicit Slots(int slots, std::function<std::uint64_t()> available_memory = {})
      : slots_(slots), free_(slots), available_memory_(std::move(available_memory)) {}

  bool idle() const { return free_ == slots_ && !alone_; }

 private:
  friend class ReadyQueue;
  int needed(int slots) const { return slots < slots_ ? slots : slots_; }
  bool holds_any(const std::set<std::string>& locks) const;
  bool has_memory_for(std::uint64_t needed);

  int slots_;
  int free_;
  bool alone_ = false;  ///< the test that runs wants no other beside it
  std::set<std::string> held_;
  std::function<std::uint64_t()> available_memory_;
  std::uint64_t memory_at_rest_ = 0;   ///< bytes that were available before any of these tests ran
  std::uint64_t memory_promised_ = 0;  ///< bytes, to running tests
};

/// Hands out tests in the order in which they were added, passing over those that need more slots than are free or a
/// lock that is held. The first that waits for slots is passed over as often as there are slots, then they are kept for
/// it: among many small tests a large one would be the last. Tests of equal needs wait in one line, so that the cost
/// does not grow with their number. When the next one needs more memory than there is, nothing is handed out: it would
/// wait for ever if others went first. Exclusive tests come last. Several stations may be served from one queue.
class ReadyQueue {
 public:
  void add(const model::PlannedTest& test);
  /// One that was taken and could not be run to its end: before all others. `alone`: as if it were exclusive.
  void add_again(const model::PlannedTest& test, bool alone);
  /// The next test that may start there now; what it needs is then taken.
  const model::PlannedTest* take(Slots& slots);
  void release(Slots& slots, const model::PlannedTest& test) const;

  bool empty() const { return lines_.empty() && exclusive_.empty(); }
  /// All that wait, which then do so no longer.
  std::vector<const model::PlannedTest*> drain();

  /// The test for which there was too little memory when take() was called last.
  const model::PlannedTest* short_of_memory() const { return short_of_memory_; }
  /// Takes it out of the queue.
  void give_up(const model::PlannedTest& test);

 private:
  using Needs = std::pair<int, std::set<std::string>>;
  struct Waiting {
    std::uint64_t sequence;
    const model::PlannedTest* test;
    int passed_over = 0;  ///< how many have started before it, though they came later, while it waited for slots
  };
  using Lines = std::map<Needs, std::deque<Waiting>>;

  static Needs needs_of(const model::PlannedTest& test);
  bool is_exclusive(const model::PlannedTest& test) const;
  Lines::iterator next_line(const Slots& slots);
  Waiting* first_short_of_slots(const Slots& slots);
  bool has_memory_for(const model::PlannedTest& test, Slots& slots);
  const model::PlannedTest* take_exclusive(Slots& slots);

  std::uint64_t last_ = std::uint64_t{1} << 63;   ///< sequence number of what was added last
  std::uint64_t first_ = std::uint64_t{1} << 63;  ///< and of what was put before all
  Lines lines_;
  std::deque<const model::PlannedTest*> exclusive_;
  std::set<const model::PlannedTest*> alone_;
  const model::PlannedTest* short_of_memory_ = nullptr;
};

}  // namespace fatespec::runner
