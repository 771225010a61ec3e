// A board: a machine that is reached over ssh and runs tests.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "model/configuration.hpp"
#include "remote/board_services.hpp"
#include "remote/board_workspace.hpp"
#include "remote/control.hpp"
#include "remote/deployer.hpp"
#include "remote/execution_list.hpp"
#include "remote/remote_execution.hpp"
#include "remote/ssh_link.hpp"
#include "remote/worker.hpp"
#include "runner/station.hpp"

namespace fatespec::remote {

struct BoardOptions {
  std::string run;                              ///< the run's id
  std::string who;                              ///< who holds the board, for others who want it: "user@host, run …"
  std::vector<std::string> inputs;              ///< files of this machine that tests read from stdin there
  std::function<void(const std::string&)> say;  ///< a line for the user
  std::function<void(const std::string&)> progress;  ///< what goes on now; empty: nothing
};

/// Connects, takes the board's lock, brings files over, and runs commands, as many at once as the target says. When the
/// line is cut or the board goes down it connects again, with growing pauses, ends what is left there of before, and
/// only then says of the executions that were under way that they were lost: by then it is known whether the board went
/// down. On the loop's thread; each connection has a thread of its own.
class Board final : public runner::Station, private runner::Executor, private BoardServices {
 public:
  Board(boost::asio::io_context& loop, boost::asio::thread_pool& pool, const model::Target& target,
        BoardOptions options);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board() override;

  // runner::Station
  const std::string& name() const override { return target_.name; }
  bool is_local() const override { return false; }
  int jobs() const override { return std::max(1, target_.jobs); }
  runner::StationState state() const override { return state_; }
  std::string trouble() const override { return trouble_; }
  runner::Executor& executor() override { return *this; }
  runner::Workspace& workspace() override { return workspace_; }
  void open(std::function<void()> changed) override;
  void close(std::function<void()> closed) override;

 private:
  // runner::Executor
  std::shared_ptr<runner::RunningExecution> execute(runner::ExecutionRequest request, runner::OutputSink& output,
                                                    runner::OutputSink& error,
                                                    std::function<void(model::Execution)> done) override;
  std::optional<runner::FileCommand> file_command(const std::string& path,
                                                  std::optional<base::DigestAlgorithm> digest) const override;

  // BoardServices
  boost::asio::io_context& loop() override { return loop_; }
  const BoardTools& tools() const override { return tools_; }
  const BoardTimes& times() const override { return times_; }
  const std::string& exec_prefix() const override { return target_.exec; }

  bool take_fresh(const std::string& directory) override { return workspace_.take_fresh(directory); }
  void left_empty(const std::string& directory) override { workspace_.left_empty(directory); }
  void retire(const std::string& directory) override { workspace_.retire(directory); }
  std::string input_of(const std::string& path) const override;
  void end_tree(long leader, const std::string& directory, const char* signal, bool measured) override;
  void look_for_survivors(long leader, const std::string& directory, std::function<void(bool)> done) override;
  void look_at_machine(const std::string& program, std::function<void(std::string)> done) override;
  void give_up_connection(const std::string& why) override;

  void drop(const std::string& directory, std::function<void()> gone);
  void wait_until_gone(const std::string& directory, base::SteadyTime until, std::shared_ptr<void> told);

  // Getting ready, step by step.
  void connect();
  void connection_failed(const SshProblem& problem);
  void greet();
  void greeted(const std::string& text);
  void take_lock();
  void locked(int status, const std::string& holder);
  void clear_remains();
  void deploy();
  void deployed(const base::Result<void>& result);
  void open_workers();
  void further_link_failed(const SshProblem& problem, bool was_open);
  void worker_ready();
  void worker_ended(std::size_t worker, const std::string& problem, bool was_ready);
  void become_ready();

  // While it is ready.
  void keep_alive();
  void sweep_escaped();

  // When it is not.
  void lose(const std::string& why);
  void drop_connection();
  void connect_later();
  void allow_for_a_cut_line();
  void give_up(const std::string& why);
  void leave_run(const std::string& why);
  void set_state(runner::StationState state);
  void finish_closing();

  /// A handler that does nothing once the connection that it belongs to is no longer the present one.
  template <class Function>
  auto of_this_connection(Function function) {
    return [this, alive = std::weak_ptr<int>(alive_token_), connection = connection_,
            function = std::move(function)](auto&&... arguments) {
      if (!alive.expired() && connection == connection_) function(std::forward<decltype(arguments)>(arguments)...);
    };
  }
  void new_link(std::function<void()> opened, std::function<void(const SshProblem&)> failed);

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& pool_;
  const model::Target target_;
  const BoardOptions options_;
  const BoardTimes times_;
  BoardWorkspace workspace_;
  BoardTools tools_;
  std::map<std::string, std::string> machines_;  ///< problem of a program, empty for none

  runner::StationState state_ = runner::StationState::away;
  std::string trouble_ = "not connected yet";
  std::function<void()> changed_;
  std::function<void()> closed_;
  bool announced_ = false;  ///< a posted call of changed_ is under way
  bool was_ready_ = false;
  bool has_answered_ = false;  ///< on this connection
  int cuts_before_ready_ = 0;
  std::string lost_because_;

  int connection_ = 0;  ///< counts
  SupervisorSettings settings_;
  std::vector<std::unique_ptr<SshLink>> links_;
  std::unique_ptr<Control> control_;
  std::shared_ptr<Deployer> deployer_;
  std::vector<std::unique_ptr<Worker>> workers_;
  base::SteadyTime heard_;
  base::SteadyTime away_since_;
  base::SteadyTime waiting_since_;  ///< for the lock
  std::string told_holder_;
  base::Duration pause_{0};  ///< before the next attempt to connect
  boost::asio::steady_timer retry_;
  boost::asio::steady_timer alive_;

  ExecutionList executions_;
  /// The first may meet what a test begins at this moment, and only takes note of it; the second ends what is still
  /// there.
  static constexpr int sweeps_after_a_test = 2;
  int sweeps_due_ = 0;
  std::shared_ptr<int> alive_token_ = std::make_shared<int>(0);
};

}  // namespace fatespec::remote
