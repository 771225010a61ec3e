// One process of a test on this machine, from its start until nothing of its tree is left.
#pragma once

#include <sys/types.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/file.hpp"
#include "model/execution.hpp"
#include "runner/executor.hpp"
#include "runner/local/launcher.hpp"
#include "runner/local/local_machine.hpp"
#include "runner/local/output_pipe.hpp"
#include "runner/local/test_tree.hpp"
#include "runner/pausable_timer.hpp"

namespace fatespec::runner {

/// Lives as long as something waits for it. Everything happens on the loop's thread.
class LocalProcess final : public RunningExecution, public std::enable_shared_from_this<LocalProcess> {
 public:
  using Done = std::function<void(model::Execution)>;

  LocalProcess(LocalMachine& machine, ExecutionRequest request, Done done);

  void start(OutputSink& output, OutputSink& error);
  pid_t pid() const { return pid_; }
  /// When the program began to run, which is later than when its start began.
  base::SteadyTime running_since() const { return running_since_; }
  /// Of one that is new: its process has ended, is not reaped, and the loop has not learnt of it.
  void ended_at_once();
  /// Of one that is new, and runs on: its output is read as it comes.
  void listen();
  void cancel(bool now) override;
  void suspend() override;
  void resume() override;
  /// Called now and then while it runs: ends it if it takes more than it may. `machine_tasks` is what the function of
  /// that name says.
  void look_at_limits(long machine_tasks);

 private:
  // Starting.
  bool refuse(const std::string& what, int code);
  bool refuse_program(std::string what, int status);
  bool refuse_launch(const LaunchRequest& launch_request, int code);
  bool open_input();
  bool open_streams(OutputSink& output, OutputSink& error);
  bool launch_program();
  void begin();

  // While it runs.
  void stream_ended();
  void end_or_watch(bool ended);
  bool open_exit();
  void watch_exit();
  void count_output(std::size_t bytes);
  void output_read(std::size_t bytes);
  void look_at_directory();
  bool directory_too_large();
  /// `what` it took more of than it may. It is killed and has that ending.
  void exceed(std::string what, model::Ending ending = model::Ending::over_limit);

  // Ending.
  bool ended_by_us() const { return model::is_ended_by_runner(execution_.ending); }
  bool streams_ended() const;
  void process_ended();
  void finish_if_over();
  bool tree_is_alive();
  void output_stays_open();
  bool is_held_back() const;
  void output_leaked();
  void reap();
  void end_orphans();
  void conclude(bool survivors);
  void time_is_up();
  void take_stack();
  void end_tree(bool now);
  void kill_tree();
  void give_up();

  void arm(base::Duration after, void (LocalProcess::*step)());
  /// It has ended, as far as can be seen: no limit, timer or suspension is about it any more.
  void enter_over();

  /// `over`: what may be left of its tree is being removed.
  enum class Phase { running, exited, over };

  LocalMachine& machine_;
  ExecutionRequest request_;
  Done done_;
  TestTree tree_;
  base::FileDescriptor stdin_;
  std::array<base::FileDescriptor, 2> write_ends_;
  std::array<std::unique_ptr<OutputPipe>, 2> streams_;
  std::optional<boost::asio::posix::stream_descriptor> exit_;  ///< a pidfd, once it is needed
  PausableTimer timer_;                                        ///< of the next step
  std::optional<boost::asio::steady_timer> poll_;              ///< once it is needed
  std::vector<pid_t> suspended_;                               ///< what we have stopped
  base::SteadyTime suspended_at_;
  bool merciless_ = false;  ///< SIGKILL was sent
  pid_t pid_ = -1;
  int processor_ = -1;  ///< where it began
  base::SteadyTime started_;
  base::SteadyTime running_since_;
  std::uint64_t output_bytes_ = 0;
  std::uint64_t output_at_exit_ = 0;
  std::uint64_t disk_used_before_ = 0;
  base::SteadyTime last_walk_;  ///< through its directory
  base::SteadyTime next_walk_;  ///< not before
  Phase phase_ = Phase::running;
  int sweeps_ = 0;
  int leak_looks_ = 0;
  int kills_ = 0;
  model::Execution execution_;
};

}  // namespace fatespec::runner
