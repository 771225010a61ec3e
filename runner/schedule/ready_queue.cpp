#include "runner/schedule/ready_queue.hpp"

#include <algorithm>

namespace fatespec::runner {

bool Slots::holds_any(const std::set<std::string>& locks) const {
  return std::any_of(locks.begin(), locks.end(), [&](const auto& lock) { return held_.contains(lock); });
}

// What runs may not have taken yet what it needs: it counts with all that it was promised.
bool Slots::has_memory_for(std::uint64_t needed) {
  if (needed == 0 || !available_memory_) return true;
  const std::uint64_t available = available_memory_();
  if (memory_promised_ == 0) memory_at_rest_ = available;
  return available >= needed && memory_promised_ + needed <= memory_at_rest_;
}

ReadyQueue::Needs ReadyQueue::needs_of(const model::PlannedTest& test) {
  return {test.spec->slots, {test.spec->locks.begin(), test.spec->locks.end()}};
}

bool ReadyQueue::is_exclusive(const model::PlannedTest& test) const {
  return test.spec->exclusive || alone_.contains(&test);
}

void ReadyQueue::add(const model::PlannedTest& test) {
  if (is_exclusive(test)) exclusive_.push_back(&test);
  else lines_[needs_of(test)].push_back({++last_, &test});
}

void ReadyQueue::add_again(const model::PlannedTest& test, bool alone) {
  if (alone) alone_.insert(&test);
  if (is_exclusive(test)) exclusive_.push_front(&test);
  else lines_[needs_of(test)].push_front({--first_, &test});
}

const model::PlannedTest* ReadyQueue::take(Slots& slots) {
  short_of_memory_ = nullptr;
  if (slots.alone_) return nullptr;
  const auto line = next_line(slots);
  if (line == lines_.end()) return take_exclusive(slots);
  Waiting* large = first_short_of_slots(slots);
  if (large != nullptr && large->sequence > line->second.front().sequence) large = nullptr;
  if (large != nullptr && large->passed_over >= slots.slots_) return nullptr;
  const model::PlannedTest* test = line->second.front().test;
  if (!has_memory_for(*test, slots)) return nullptr;
  if (large != nullptr) ++large->passed_over;
  line->second.pop_front();
  slots.free_ -= slots.needed(line->first.first);
  slots.held_.insert(line->first.second.begin(), line->first.second.end());
  if (line->second.empty()) lines_.erase(line);
  slots.memory_promised_ += test->spec->memory;
  return test;
}

void ReadyQueue::release(Slots& slots, const model::PlannedTest& test) const {
  slots.memory_promised_ -= test.spec->memory;
  if (is_exclusive(test)) {
    slots.alone_ = false;
    return;
  }
  slots.free_ += slots.needed(test.spec->slots);
  for (const auto& lock : test.spec->locks) slots.held_.erase(lock);
}

void ReadyQueue::give_up(const model::PlannedTest& test) {
  std::erase(exclusive_, &test);
  for (auto& [needs, line] : lines_) std::erase_if(line, [&](const Waiting& waiting) { return waiting.test == &test; });
  std::erase_if(lines_, [](const auto& line) { return line.second.empty(); });
}

std::vector<const model::PlannedTest*> ReadyQueue::drain() {
  std::vector<Waiting> waiting;
  for (const auto& [needs, line] : lines_) waiting.insert(waiting.end(), line.begin(), line.end());
  std::sort(waiting.begin(), waiting.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<const model::PlannedTest*> tests;
  for (const auto& one : waiting) tests.push_back(one.test);
  tests.insert(tests.end(), exclusive_.begin(), exclusive_.end());
  lines_.clear();
  exclusive_.clear();
  return tests;
}

ReadyQueue::Lines::iterator ReadyQueue::next_line(const Slots& slots) {
  auto best = lines_.end();
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    if (slots.needed(line->first.first) > slots.free_ || slots.holds_any(line->first.second)) continue;
    if (best == lines_.end() || line->second.front().sequence < best->second.front().sequence) best = line;
  }
  return best;
}

/// The first that could start if more slots were free; null if there is none.
ReadyQueue::Waiting* ReadyQueue::first_short_of_slots(const Slots& slots) {
  Waiting* first = nullptr;
  for (auto& [needs, line] : lines_) {
    if (slots.needed(needs.first) <= slots.free_ || slots.holds_any(needs.second)) continue;
    if (first == nullptr || line.front().sequence < first->sequence) first = &line.front();
  }
  return first;
}

bool ReadyQueue::has_memory_for(const model::PlannedTest& test, Slots& slots) {
  if (slots.has_memory_for(test.spec->memory)) return true;
  short_of_memory_ = &test;
  return false;
}

const model::PlannedTest* ReadyQueue::take_exclusive(Slots& slots) {
  if (!slots.idle() || exclusive_.empty() || !lines_.empty()) return nullptr;
  const model::PlannedTest* test = exclusive_.front();
  if (!has_memory_for(*test, slots)) return nullptr;
  exclusive_.pop_front();
  slots.alone_ = true;
  slots.memory_promised_ += test->spec->memory;
  return test;
}

}  // namespace fatespec::runner
