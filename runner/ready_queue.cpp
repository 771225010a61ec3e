#include "runner/ready_queue.hpp"

#include <algorithm>

namespace fatespec::runner {

void ReadyQueue::add(const model::PlannedTest& test) {
  if (test.spec->exclusive) {
    exclusive_.push_back(&test);
    return;
  }
  lines_[{slots_of(test), {test.spec->locks.begin(), test.spec->locks.end()}}].push_back({added_++, &test});
}

const model::PlannedTest* ReadyQueue::take() {
  short_of_memory_ = nullptr;
  if (exclusive_runs_) return nullptr;
  const auto line = next_line();
  if (line == lines_.end()) return take_exclusive();
  const model::PlannedTest* test = line->second.front().test;
  if (!has_memory_for(*test)) return nullptr;
  line->second.pop_front();
  free_ -= line->first.first;
  held_.insert(line->first.second.begin(), line->first.second.end());
  if (line->second.empty()) lines_.erase(line);
  memory_promised_ += test->spec->memory;
  return test;
}

void ReadyQueue::release(const model::PlannedTest& test) {
  memory_promised_ -= test.spec->memory;
  if (test.spec->exclusive) {
    exclusive_runs_ = false;
    return;
  }
  free_ += slots_of(test);
  for (const auto& lock : test.spec->locks) held_.erase(lock);
}

void ReadyQueue::give_up(const model::PlannedTest& test) {
  std::erase(exclusive_, &test);
  for (auto& [needs, line] : lines_) std::erase_if(line, [&](const Waiting& waiting) { return waiting.test == &test; });
  std::erase_if(lines_, [](const auto& line) { return line.second.empty(); });
}

int ReadyQueue::slots_of(const model::PlannedTest& test) const { return std::min(test.spec->slots, slots_); }

bool ReadyQueue::holds_any(const std::set<std::string>& locks) const {
  return std::any_of(locks.begin(), locks.end(), [&](const auto& lock) { return held_.contains(lock); });
}

ReadyQueue::Lines::iterator ReadyQueue::next_line() {
  auto best = lines_.end();
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    if (line->first.first > free_ || holds_any(line->first.second)) continue;
    if (best == lines_.end() || line->second.front().sequence < best->second.front().sequence) best = line;
  }
  return best;
}

// What runs may not have taken yet what it needs: it counts with all that it was promised.
bool ReadyQueue::has_memory_for(const model::PlannedTest& test) {
  const std::uint64_t needed = test.spec->memory;
  if (needed == 0 || !available_memory_) return true;
  const std::uint64_t available = available_memory_();
  if (memory_promised_ == 0) memory_at_rest_ = available;
  if (available >= needed && memory_promised_ + needed <= memory_at_rest_) return true;
  short_of_memory_ = &test;
  return false;
}

const model::PlannedTest* ReadyQueue::take_exclusive() {
  if (free_ != slots_ || exclusive_.empty() || !lines_.empty()) return nullptr;
  const model::PlannedTest* test = exclusive_.front();
  if (!has_memory_for(*test)) return nullptr;
  exclusive_.pop_front();
  exclusive_runs_ = true;
  memory_promised_ += test->spec->memory;
  return test;
}

}  // namespace fatespec::runner
