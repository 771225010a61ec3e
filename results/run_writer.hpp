// Writes a run to the store as it happens.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "model/event.hpp"
#include "results/store.hpp"

namespace fatespec::results {

/// A sink of events. Results are written by a thread of its own, in transactions of what has come within 50 ms, so that
/// a runner that is killed loses no more than that. If the store cannot be written, `failed` is called once, on that
/// thread, and what comes later is dropped.
class RunWriter {
 public:
  RunWriter(std::unique_ptr<Store> store, std::function<void(const base::Error&)> failed);
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;
  /// Writes what is left.
  ~RunWriter();

  void handle(const model::RunEvent& event);
  /// Waits until everything is written; an error if something could not be.
  base::Result<void> flush();
  /// How many results are safe: what the process can be killed now without losing. All, once the store has failed.
  std::uint64_t safe_results() const { return safe_results_; }

 private:
  class Statements;
  void write_until_closed();
  void write_batch(std::deque<model::RunEvent>& batch);

  std::unique_ptr<Store> store_;
  std::function<void(const base::Error&)> failed_;
  std::unique_ptr<Statements> statements_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<model::RunEvent> waiting_;
  bool writing_ = false;
  bool closed_ = false;
  bool urgent_ = false;
  std::atomic<std::uint64_t> safe_results_ = 0;
  std::optional<base::Error> error_;
  std::thread thread_;
};

}  // namespace fatespec::results
