// The queue of a cluster, asked every now and then while a run goes on.
#pragma once

#include <chrono>
#include <functional>
#include <map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "cli/cluster/farm_jobs.hpp"

namespace fatespec::cli {

/// Slurm may take its time to answer: it is asked on a thread of its own, one thing after the other. On the loop's
/// thread; loop and jobs outlive it.
class FarmQueue {
 public:
  using Heard = std::function<void(const base::Result<std::map<std::size_t, farm::Task>>&)>;

  FarmQueue(boost::asio::io_context& loop, const FarmJobs& jobs) : loop_(loop), jobs_(jobs), thread_(1) {}

  /// Asks, unless it has just been asked. `heard` is called on the loop, with what is in the queue by shard.
  void look(Heard heard);
  bool is_asked() const { return asking_; }
  /// Cancels all that is in the queue, and those that are known; `done` is called on the thread.
  void cancel_all(std::function<void(const base::Result<void>&)> done);
  /// Waits for what was asked last.
  void join() { thread_.join(); }

 private:
  boost::asio::io_context& loop_;
  const FarmJobs& jobs_;
  boost::asio::thread_pool thread_;
  bool asking_ = false;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace fatespec::cli
