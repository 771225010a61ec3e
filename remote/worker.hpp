// A shell on the board that runs one command after the other, on a channel of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "remote/marked_stream.hpp"
#include "remote/remote_execution.hpp"
#include "remote/ssh_link.hpp"
#include "remote/supervisor.hpp"

namespace fatespec::remote {

/// On the loop's thread.
class Worker {
 public:
  struct Handlers {
    std::function<void()> ready;  ///< to run something: at the beginning and after each command
    std::function<void(std::string problem, bool was_ready)> ended;
  };
  Worker(SshLink& link, const SupervisorSettings& settings, int number, Handlers handlers);

  bool idle() const { return ready_ && !execution_; }
  void start(std::shared_ptr<RemoteExecution> execution);
  void end_input() { channel_->end_input(); }

 private:
  void data(Stream stream, const std::string& bytes);

  std::string token_;
  Handlers handlers_;
  MarkedStream greeting_;
  bool ready_ = false;
  std::shared_ptr<RemoteExecution> execution_;
  std::unique_ptr<SshChannel> channel_;
};

}  // namespace fatespec::remote
