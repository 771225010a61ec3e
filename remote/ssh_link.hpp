// One ssh connection on a thread of its own: channels that run a command each, and their bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "remote/ssh_session.hpp"

namespace fatespec::remote {

enum class Stream : std::uint8_t { output, error };

/// What a channel tells. All are called on the loop's thread.
struct ChannelHandlers {
  std::function<void(Stream, std::string)> data;  ///< to be acknowledged by SshChannel::consumed()
  std::function<void()> drained;                  ///< what was written has gone out; optional
  /// The channel is over: with the command's status, -1 if there is none, and why it could not be opened.
  std::function<void(int status, std::string problem)> closed;
};

struct LinkMailbox;

/// The loop's end of a channel. It stays usable, and does nothing, after the channel or its connection is over.
class SshChannel {
 public:
  SshChannel(std::shared_ptr<LinkMailbox> mailbox, int id) : mailbox_(std::move(mailbox)), id_(id) {}
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;
  /// Closes the channel; no handler is called any more.
  ~SshChannel();

  void write(std::string bytes);
  /// The far end sees the end of its stdin after what was written.
  void end_input();
  /// `bytes` of a stream's data were dealt with: without that, no more than a mebibyte of it is read ahead.
  void consumed(Stream stream, std::size_t bytes);

 private:
  std::shared_ptr<LinkMailbox> mailbox_;
  int id_;
  std::size_t consumed_[2] = {0, 0};
};

class SshLink {
 public:
  /// All are called on the loop's thread, never after the link was destroyed.
  struct Handlers {
    std::function<void()> opened;
    std::function<void(SshProblem)> failed;  ///< it could not be opened, or is lost
    std::function<void()> heard;             ///< something came from the host
  };
  SshLink(boost::asio::io_context& loop, SshAddress address, Handlers handlers);
  SshLink(const SshLink&) = delete;
  SshLink& operator=(const SshLink&) = delete;
  /// Disconnects. A thread that still waits for the host to answer is left to end by itself.
  ~SshLink();

  /// True while a thread that no link waits for still uses the library: a program that returns from main() now would
  /// take away what it uses.
  static bool any_thread_is_left();

  /// Runs a command on a channel of its own, once the link is open.
  std::unique_ptr<SshChannel> run(std::string command, ChannelHandlers handlers);

 private:
  std::shared_ptr<LinkMailbox> mailbox_;
  std::thread thread_;
  int next_channel_ = 1;
};

}  // namespace fatespec::remote
