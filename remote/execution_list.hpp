// The executions of a board: those that wait for a worker, run, or were lost with a connection.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remote/remote_execution.hpp"
#include "remote/worker.hpp"

namespace fatespec::remote {

/// What was lost is held back until it is known what that means: settle(). On the loop's thread.
class ExecutionList {
 public:
  void add(std::shared_ptr<RemoteExecution> execution) { waiting_.push_back(std::move(execution)); }
  /// Gives what waits to the workers that are idle. A worker may be missing.
  void dispatch(const std::vector<std::unique_ptr<Worker>>& workers);

  /// One that cannot be run because its connection is gone.
  void lose(std::shared_ptr<RemoteExecution> execution);
  /// The connection is gone, with all that waits or runs.
  void lose_all();
  /// What was lost is concluded so. What will be lost until the next lose_all() is for the same reason, and has taken
  /// nothing down.
  void settle(bool took_down, const std::string& why);

  /// " LEADER DIR" of each that runs, quoted for the control script's sweep_unless.
  std::string at_work() const;

 private:
  struct Meaning {
    bool took_down;
    std::string why;
  };
  std::deque<std::shared_ptr<RemoteExecution>> waiting_;
  std::vector<std::weak_ptr<RemoteExecution>> running_;
  std::vector<std::shared_ptr<RemoteExecution>> lost_;
  std::optional<Meaning> meaning_;  ///< of losses, once it is known
};

}  // namespace fatespec::remote
