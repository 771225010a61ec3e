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

  void handle(const model::RunEvent& event) {
    if (std::holds_alternative<model::RunFinished>(event)) {
      (void)writer_.flush();  // an error is told when the outputs are closed
      deliver_safe();
    }
    writer_.handle(event);
    // No test is started of a run that the store does not know: it could not be resumed.
    if (std::holds_alternative<model::RunStarted>(event)) (void)writer_.flush();
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
