// The supervisor of a connection: answers questions about the board and ends what runs there.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "remote/marked_stream.hpp"
#include "remote/ssh_link.hpp"
#include "remote/supervisor.hpp"

namespace fatespec::remote {

/// Questions may be asked one after the other without waiting; they are answered in that order. On the loop's thread.
class Control {
 public:
  using Reply = std::function<void(int status, const std::string& text)>;

  /// `ended` is called when the supervisor has ended although nobody closed it.
  Control(SshLink& link, const SupervisorSettings& settings, std::function<void(std::string)> ended);

  /// `order` is a command of the script control.sh with its arguments quoted.
  void ask(const std::string& order, Reply reply = {});
  /// No orders but those under way: the supervisor then cleans up and ends.
  void end_input() { channel_->end_input(); }

 private:
  void data(Stream stream, const std::string& bytes);
  void message(const std::string& text);

  MarkedStream output_;
  std::string text_;
  std::string complaint_;
  std::deque<Reply> waiting_;
  std::unique_ptr<SshChannel> channel_;
};

}  // namespace fatespec::remote
