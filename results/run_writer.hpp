// Writes a run to the store as it happens.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "model/event.hpp"
#include "results/spool.hpp"
#include "results/store.hpp"

namespace fatespec::results {

class RunRows;

/// What happens when the server is away.
struct SpoolOptions {
  std::string location;
  std::string directory;  ///< where Spool keeps its files
};

/// A sink of events. Results are written by a thread of its own, in transactions of what has come within 50 ms, so that
/// a runner that is killed loses no more than that; while it tries whether a server is back, a try's time.
///
/// With a spool, what the server does not take goes to a file, and from there to the server as soon as it is back,
/// which is tried now and then. If that cannot be written either, or without a spool the store, `failed` is called
/// once, on that thread and before try_flush() or flush() tell of it, and what comes later is dropped.
class RunWriter {
 public:
  using Failed = std::function<void(const base::Error&)>;
  /// Takes a line for the user; called on the writer's thread.
  using Say = std::function<void(const std::string&)>;

  RunWriter(
      std::unique_ptr<Store> store, Failed failed, Say say = [](const std::string&) {});
  /// `store` may be null: the server is away already.
  RunWriter(std::unique_ptr<Store> store, Failed failed, Say say, SpoolOptions spool);
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;
  /// Writes what is left.
  ~RunWriter();

  void handle(const model::RunEvent& event);
  /// Waits until everything is written, for up to ten minutes where another process holds the file; an error if
  /// something could not be.
  base::Result<void> flush();
  /// Asks for what waits to be written at once; true if nothing is left to write, or something could not be. Any
  /// thread.
  bool try_flush();
  /// True once the store knows the run, or the file that waits for it. Any thread.
  bool has_begun() const { return has_begun_; }
  /// From now on a file that another process holds is given up at once. Any thread.
  void hurry() { hurried_ = true; }
  /// How many results are safe: what the process can be killed now without losing. All, once the store has failed.
  std::uint64_t safe_results() const { return safe_results_; }
  /// How many are not in the store, and never will be. Any thread.
  std::uint64_t lost_results() const;
  /// After flush(): the file in which results wait for the server; empty if it has them all.
  std::string waiting_file() const;

 private:
  class Spooling;
  using Batch = std::vector<model::RunEvent>;
  void begin();
  void write_until_closed();
  void write_batch(const Batch& batch);
  base::Result<void> write_as_much_as_fits(const Batch& batch);
  base::Result<void> write_patiently(const Batch& batch);
  base::Result<void> write_somewhere(const Batch& batch);
  bool go_on_at_server();
  void claim_again();
  base::Result<void> write_to_store(const Batch& batch);

  std::unique_ptr<Store> store_;
  Failed failed_;
  Say say_;
  std::unique_ptr<RunRows> rows_;                                         ///< of the store; null while it is away
  std::unique_ptr<Spooling> spooling_;                                    ///< null where there is none
  std::optional<std::chrono::steady_clock::time_point> unclaimed_since_;  ///< back at the server without the claim
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Batch waiting_;
  bool writing_ = false;
  bool closed_ = false;
  bool urgent_ = false;
  std::atomic<bool> hurried_ = false;
  std::atomic<bool> has_begun_ = false;
  std::atomic<std::uint64_t> safe_results_ = 0;
  std::uint64_t lost_results_ = 0;
  std::optional<base::Error> error_;
  std::thread thread_;
};

}  // namespace fatespec::results
