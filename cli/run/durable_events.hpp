// Tells of a result only once it is safe.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "model/event.hpp"
#include "results/run_writer.hpp"

namespace fatespec::cli {

/// Hands events to the store's writer, and results to the other sinks only after the store has them: whoever has seen
/// a result can rely on it that a runner that is killed, and resumed, does not run that test again. On the loop's
/// thread.
class DurableEvents {
 public:
  DurableEvents(results::RunWriter& writer, std::vector<model::EventSink> sinks)
      : writer_(writer), sinks_(std::move(sinks)) {}

  /// A run begins to start tests, and is told to be over, when all before it is written.
  void handle(const model::RunEvent& event) {
    if (std::holds_alternative<model::RunFinished>(event)) deliver_safe();
    writer_.handle(event);
    if (std::holds_alternative<model::TestFinished>(event)) waiting_.push_back(event);
    else deliver(event);
    deliver_safe();
  }

  /// Call it now and then.
  void deliver_safe() {
    for (const std::uint64_t safe = writer_.safe_results(); !waiting_.empty() && delivered_ < safe; ++delivered_) {
      deliver(waiting_.front());
      waiting_.pop_front();
    }
  }

 private:
  void deliver(const model::RunEvent& event) {
    for (const auto& sink : sinks_) sink(event);
  }

  results::RunWriter& writer_;
  std::vector<model::EventSink> sinks_;
  std::deque<model::RunEvent> waiting_;
  std::uint64_t delivered_ = 0;
};

}  // namespace fatespec::cli
