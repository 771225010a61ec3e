// What the loop and a connection's thread tell each other.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/file.hpp"
#include "remote/ssh_link.hpp"

namespace fatespec::remote {

/// An order to the thread about one channel.
struct LinkOrder {
  enum class Kind { open, write, end_input, consumed, close };
  Kind kind;
  int channel;
  std::string text = {};  ///< of `open` the command, of `write` the bytes
  Stream stream = Stream::output;
  std::size_t bytes = 0;
};

struct LinkMailbox : std::enable_shared_from_this<LinkMailbox> {
  explicit LinkMailbox(boost::asio::io_context& io);

  /// On the loop's thread.
  void order(LinkOrder order);
  void abandon();

  /// On the connection's thread: what was ordered; true if the link is still wanted.
  bool take(std::vector<LinkOrder>& orders);
  int wake_fd() const { return wake_.get(); }
  void clear_wake() const;
  /// Has `action` done on the loop's thread, unless the link is abandoned by then.
  template <class Action>
  void post(Action action) {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return;
    boost::asio::post(loop_, [self = shared_from_this(), action = std::move(action)]() mutable {
      if (!self->over) action(*self);
    });
  }
  bool connected() const;
  void set_connected();

  // Of the loop's thread.
  SshLink::Handlers handlers;
  std::map<int, ChannelHandlers> channels;
  bool over = false;

 private:
  boost::asio::io_context& loop_;
  base::FileDescriptor wake_;
  mutable std::mutex mutex_;
  std::vector<LinkOrder> orders_;
  bool abandoned_ = false;
  bool connected_ = false;
};

}  // namespace fatespec::remote
