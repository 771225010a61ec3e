// The boards of a run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "model/plan.hpp"
#include "remote/board.hpp"
#include "runner/schedule/scheduler.hpp"

namespace fatespec::cli {

struct BoardsOptions {
  std::string run_id;
  std::function<void(const std::string&)> say;
  std::function<void(const std::string& board, const std::string& text)> progress;
};

/// An error if the plan has two targets that are one board and would work in the same directory.
base::Result<void> check_boards(const model::TestPlan& plan);

/// Makes a board of every host that some test of the plan may run on. On the loop's thread.
class Boards {
 public:
  Boards(boost::asio::io_context& loop, boost::asio::thread_pool& pool, const model::TestPlan& plan,
         const BoardsOptions& options);

  /// All targets, this machine first.
  std::vector<runner::TargetStations> with_local(runner::Station& local) const;
  void open(const std::function<void()>& changed);
  /// The station that answers for a test's target: of a pool the first that is not gone.
  runner::Station& answering_for(const model::PlannedTest& test, runner::Station& local) const;
  /// Leaves all boards as they were found; `closed` is called once, when that is done or takes too long.
  void close(std::function<void()> closed);
  /// Whoever waits for close() waits no longer.
  void hurry();
  /// "pi4: no answer …" of each board that is gone.
  std::vector<std::string> lost() const;

 private:
  struct Target {
    std::string name;
    std::vector<remote::Board*> boards;
  };
  boost::asio::io_context& loop_;
  std::vector<std::unique_ptr<remote::Board>> boards_;
  std::vector<Target> targets_;
  std::function<void()> closed_;
  std::size_t open_ = 0;
};

/// How many tests of the plan run on boards at once.
int board_jobs(const model::TestPlan& plan);
/// True if any test of the plan runs on this machine.
bool runs_here(const model::TestPlan& plan);

}  // namespace fatespec::cli
