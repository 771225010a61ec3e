// One command on a board, from its order to its end.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/execution.hpp"
#include "remote/board_services.hpp"
#include "remote/marked_stream.hpp"
#include "remote/ssh_link.hpp"
#include "runner/executor.hpp"
#include "runner/pausable_timer.hpp"

namespace fatespec::remote {

/// Takes what its worker's channel says until both streams have told the end. On the loop's thread.
class RemoteExecution final : public runner::RunningExecution, public std::enable_shared_from_this<RemoteExecution> {
 public:
  using Done = std::function<void(model::Execution)>;
  /// Bytes of a stream were dealt with.
  using Consumed = std::function<void(Stream, std::size_t)>;

  RemoteExecution(BoardServices& board, runner::ExecutionRequest request, runner::OutputSink& output,
                  runner::OutputSink& error, Done done);

  /// What the worker's shell is told. `released` is called when the worker is free for the next one.
  std::string start(const std::string& token, Consumed consumed, std::function<void()> released);
  void feed(Stream stream, const std::string& bytes);
  /// The connection is lost: nothing more comes, and what it means is told later by conclude_loss().
  void lose();
  void conclude_loss(bool took_down, const std::string& why);

  void cancel(bool now) override;
  void suspend() override;
  void resume() override;
  bool over() const { return done_ == nullptr; }
  /// No worker has it yet: nothing of it is on the board.
  bool is_waiting() const { return !channels_[0].parser; }
  /// The process on the board that leads it; 0 while it is not known.
  long leader() const { return leader_.value_or(0); }
  const std::string& test_directory() const { return request_.test_directory; }
  /// The value of TEST_DIR by which its processes are known.
  std::string carried_directory() const { return request_.marker.substr(request_.marker.find('=') + 1); }

 private:
  struct Item {
    std::string text;
    bool is_message = false;
  };
  struct Channel {
    runner::OutputSink* sink = nullptr;
    std::optional<MarkedStream> parser;
    std::deque<Item> items;  ///< what the sink has no space for, and the messages behind it
    std::size_t at = 0;      ///< in the first item
    std::size_t owed = 0;    ///< bytes that arrived and are not acknowledged
    bool waiting = false;    ///< for space
    bool ended = false;
  };

  void take_bytes(Stream stream, std::string_view bytes);
  std::string_view put(Channel& channel, std::string_view bytes);
  bool put_item(Channel& channel);
  void pump_when_there_is_space(Stream stream);
  void pump(Stream stream);
  void acknowledge(Stream stream);
  void take_message(Stream stream, const std::string& text);
  /// Of the texts "PID UPTIME" and "UPTIME".
  void started(std::string_view text);
  void command_ended(std::string_view uptime);
  void acquit();
  void refused(const std::string& why);
  void measured(const std::string& text);
  void read_usage(const std::vector<std::string>& words);
  void both_ended();
  void conclude();

  bool is_measured() const;
  bool ended_by_us() const { return model::is_ended_by_runner(execution_.ending); }
  void end(model::Ending ending, std::string problem, bool now);
  void too_much_output();
  void end_tree(bool now);
  using Step = void (RemoteExecution::*)();
  void arm(base::Duration after, Step then);
  void time_is_up();
  void grace_is_over();
  void output_stays_open();
  void does_not_end();

  BoardServices& board_;
  runner::ExecutionRequest request_;
  std::vector<std::string> words_;  ///< of a command that needs no shell
  std::array<Channel, 2> channels_;
  Consumed consumed_;
  std::function<void()> released_;
  Done done_;
  runner::PausableTimer timer_;
  std::optional<long> leader_;
  bool lost_ = false;
  bool merciless_ = false;
  bool is_hurried_ = false;  ///< the user does not wait
  bool has_obeyed_ = false;  ///< the command ended after we had ended it

  std::uint64_t bytes_ = 0;
  int idle_looks_ = 0;                    ///< for survivors, since bytes came last
  std::uint64_t bytes_at_last_look_ = 0;  ///< for survivors, or for what comes after the end
  int late_rounds_ = 0;                   ///< in which bytes still came after KILL
  base::SteadyTime started_;
  std::optional<base::Duration> began_there_;  ///< by the board's clock
  model::Execution execution_;
};

}  // namespace fatespec::remote
