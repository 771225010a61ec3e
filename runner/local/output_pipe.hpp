// One stream of a program, read as it comes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/file.hpp"
#include "runner/executor.hpp"

namespace fatespec::runner {

/// Reads a pipe into a sink. All calls and callbacks on the loop's thread; the owner keeps it alive while it is open.
class OutputPipe {
 public:
  OutputPipe(boost::asio::io_context& loop, OutputSink& sink) : loop_(loop), sink_(sink) {}

  /// Makes the pipe; the end to write to goes to `write_end`. False with errno set if that fails.
  bool open(base::FileDescriptor& write_end);
  /// Begins to read on the loop. `keep_alive` is held by what waits; `read_some` is called with the bytes of each turn,
  /// `ended` once there will be no more. An error if the loop has no room for it.
  boost::system::error_code start(std::shared_ptr<void> keep_alive, std::function<void(std::size_t)> read_some,
                                  std::function<void()> ended);
  /// Before start(), of a program that has ended: takes what there is without waiting, and sees an end. The number of
  /// bytes taken.
  std::size_t take_at_once();
  /// Closes it from this side; `ended` is not called.
  void close();
  bool ended() const { return ended_; }
  /// True while the sink has no space: what is in the pipe waits for us.
  bool is_held_back() const { return held_back_; }

 private:
  void read(const std::shared_ptr<void>& keep_alive);
  void take(std::size_t got, const std::shared_ptr<void>& keep_alive);
  void end();

  boost::asio::io_context& loop_;
  base::FileDescriptor read_end_;  ///< until start(): the loop learns nothing of short tests
  std::optional<boost::asio::posix::stream_descriptor> descriptor_;  ///< from then on
  OutputSink& sink_;
  std::function<void(std::size_t)> read_some_;
  std::function<void()> on_end_;
  bool ended_ = false;
  bool held_back_ = false;
};

}  // namespace fatespec::runner
