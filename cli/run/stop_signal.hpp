// Ctrl-Z.
#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace fatespec::cli {

/// Calls `stop` on the loop's thread when a SIGTSTP has come. A SIGCONT takes the wish back: once it has come nobody
/// would send another, so whoever is about to stop must ask take_wish() first, as late as possible. That is why the
/// signals have handlers of their own and do not come through the loop. One object at a time.
class StopSignal {
 public:
  StopSignal(boost::asio::io_context& loop, std::function<void()> stop);
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  /// True once after each SIGTSTP that no SIGCONT has followed.
  static bool take_wish();
  /// Lets the loop end.
  void cancel();

 private:
  void wait();

  boost::asio::posix::stream_descriptor wake_;  ///< an eventfd; open as long as a handler may write to it
  std::function<void()> stop_;
  bool cancelled_ = false;
};

}  // namespace fatespec::cli
