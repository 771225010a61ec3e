// The tests that wait, and which of them may start.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// Hands out tests in their order, passing over those that need more slots than are free or a lock that is held. Tests
/// of equal needs wait in one line, so that the cost does not grow with their number. Exclusive tests come last.
class ReadyQueue {
 public:
  explicit ReadyQueue(int slots) : slots_(slots), free_(slots) {}

  void add(const model::PlannedTest& test) {
    if (test.spec->exclusive) {
      exclusive_.push_back(&test);
      return;
    }
    lines_[{slots_of(test), {test.spec->locks.begin(), test.spec->locks.end()}}].push_back(&test);
  }

  /// The next test that may start now; its slots and locks are then taken.
  const model::PlannedTest* take() {
    if (exclusive_runs_) return nullptr;
    auto best = lines_.end();
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
      if (line->second.empty() || line->first.first > free_ || holds_any(line->first.second)) continue;
      if (best == lines_.end() || line->second.front()->index < best->second.front()->index) best = line;
    }
    if (best == lines_.end()) return take_exclusive();
    const model::PlannedTest* test = best->second.front();
    best->second.pop_front();
    free_ -= best->first.first;
    held_.insert(best->first.second.begin(), best->first.second.end());
    if (best->second.empty()) lines_.erase(best);
    return test;
  }

  void release(const model::PlannedTest& test) {
    if (test.spec->exclusive) {
      exclusive_runs_ = false;
      return;
    }
    free_ += slots_of(test);
    for (const auto& lock : test.spec->locks) held_.erase(lock);
  }

 private:
  using Needs = std::pair<int, std::set<std::string>>;

  int slots_of(const model::PlannedTest& test) const { return std::min(test.spec->slots, slots_); }
  bool holds_any(const std::set<std::string>& locks) const {
    for (const auto& lock : locks)
      if (held_.contains(lock)) return true;
    return false;
  }
  const model::PlannedTest* take_exclusive() {
    if (free_ != slots_ || exclusive_.empty() || !lines_.empty()) return nullptr;
    const model::PlannedTest* test = exclusive_.front();
    exclusive_.pop_front();
    exclusive_runs_ = true;
    return test;
  }

  int slots_;
  int free_;
  std::map<Needs, std::deque<const model::PlannedTest*>> lines_;
  std::deque<const model::PlannedTest*> exclusive_;
  bool exclusive_runs_ = false;
  std::set<std::string> held_;
};

}  // namespace fatespec::runner
