// A limit on the time that a library call takes that has none itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.hpp"

namespace fatespec::results {

/// The thread that keeps the deadlines of one connection. It is there before it is needed: while a test forks without
/// end no thread can be started.
class DeadlineWatch {
 public:
  static base::Result<std::unique_ptr<DeadlineWatch>> start();
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;
  ~DeadlineWatch();

 private:
  friend class Deadline;
  static constexpr int struck = -1;
  using Descriptors = std::multimap<std::chrono::steady_clock::time_point, int>;

  DeadlineWatch() = default;
  void watch();
  Descriptors::iterator next();

  std::mutex mutex_;
  std::condition_variable changed_;
  Descriptors running_;  ///< by when they strike; `struck`: it has
  bool stopped_ = false;
  std::thread thread_;
};

/// Shuts a connection down unless it is destroyed before the time is over: the call that waits for the other side then
/// fails. Nothing is done without a watch, which outlives it.
class Deadline {
 public:
  Deadline(DeadlineWatch* watch, int descriptor, std::chrono::milliseconds limit);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

 private:
  DeadlineWatch* watch_;
  DeadlineWatch::Descriptors::iterator place_;
};

}  // namespace fatespec::results
