// Feeds what a test writes to its check: at once if it is little, on the pool if it is much.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "checks/check.hpp"
#include "runner/executor.hpp"

namespace fatespec::runner {

/// The loop that everything but the checks runs on, and the threads of the checks.
struct Loops {
  boost::asio::io_context& loop;
  boost::asio::thread_pool& pool;
};

/// What the work reads. Where it throws (no memory, a digest that the system's OpenSSL refuses) a reading without a
/// verdict: on a thread of the pool nobody else would catch it.
checks::Reading guarded(const std::function<checks::Reading()>& work);

/// Of a large one, as where the reference is large, even little output is checked on the pool.
enum class CheckCost { small, large };

/// Two buffers: while the pool works on one, the test fills the other; when both are full, the test waits. The check is
/// made when it is needed first, so that a reference may be a file that the test itself writes.
class CheckFeed final : public OutputSink, public std::enable_shared_from_this<CheckFeed> {
 public:
  using Factory = std::function<std::unique_ptr<checks::Check>()>;
  using Done = std::function<void(checks::Reading)>;

  CheckFeed(Loops loops, Factory factory, CheckCost cost);
  CheckFeed(const CheckFeed&) = delete;
  CheckFeed& operator=(const CheckFeed&) = delete;
  ~CheckFeed() override;

  std::span<char> space() override;
  void commit(std::size_t bytes) override;
  void when_space(std::function<void()> resume) override;

  /// After the last byte. `done` is called on the loop's thread, perhaps before this returns.
  void finish(Done done);

 private:
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
  };
  void dispatch();
  void consumed();
  void conclude();
  checks::Check& check();
  void take(std::string_view bytes);

  Loops loops_;
  Factory factory_;
  CheckCost cost_;
  std::optional<checks::Reading> broken_;  ///< the check threw, which is all that there is to say
  std::unique_ptr<checks::Check> check_;   ///< the pool's while busy_, else the loop's
  std::array<Buffer, 2> buffers_;
  std::size_t filling_ = 0;
  bool busy_ = false;
  std::function<void()> resume_;
  Done done_;
};

}  // namespace fatespec::runner
