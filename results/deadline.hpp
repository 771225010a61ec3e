// A limit on the time that a library call takes that has none itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace fatespec::results {

/// Shuts a connection down, from a thread of its own, unless it is destroyed before the time is over: the call that
/// waits for the other side then fails. Nothing is done with a negative descriptor.
class Deadline {
 public:
  Deadline(int descriptor, std::chrono::milliseconds limit);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() = default;

 private:
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::jthread thread_;  ///< last: it ends before what it uses
};

}  // namespace fatespec::results
