// When a second signal is more than an echo of the first.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

namespace fatespec::cli {

/// `timeout` signals a process and its group, a terminal that closes is told by the shell and by the kernel: such
/// signals come together. Who sends another one later has lost patience. For signal handlers.
class SignalPatience {
 public:
  void reset() { first_ = 0; }
  /// A signal has come. True if the first one came some time ago.
  bool note_signal() {
    constexpr std::int64_t echo = 1'000'000'000;
    const std::int64_t before = first_;
    if (before == 0) first_ = now();
    return before != 0 && now() - before >= echo;
  }
  /// How long ago the first signal came, in ns; 0 if there was none. Not only for handlers.
  std::int64_t waited() const {
    const std::int64_t first = first_;
    return first == 0 ? 0 : now() - first;
  }

 private:
  static std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }

  std::atomic<std::int64_t> first_{0};  ///< ns; 0: there was none
};

}  // namespace fatespec::cli
