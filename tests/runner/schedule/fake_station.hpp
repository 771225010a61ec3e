// A machine that runs nothing: executions end when a test says so.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "runner/station.hpp"

namespace fatespec::runner {

class FakeStation final : public Station {
 public:
  FakeStation(boost::asio::io_context& loop, int jobs) : jobs_(jobs), executor_(loop) {}

  /// The commands that run, in the order in which they were started.
  std::vector<std::string> running() const {
    std::vector<std::string> commands;
    for (const auto& one : executor_.running) commands.push_back(one->command);
    return commands;
  }
  /// Also of what was asked to end: what is said here is what becomes of it.
  void end(const std::string& command, model::Execution execution) { executor_.end(command, std::move(execution)); }
  void exit(const std::string& command, int status = 0) {
    end(command, {.ending = model::Ending::exited, .status = status});
  }
  /// How often it was asked to end, and whether without mercy.
  const std::vector<std::pair<std::string, bool>>& cancelled() const { return executor_.cancelled; }
  void set_state(StationState state) {
    state_ = state;
    if (changed_) changed_();
  }
  void set_free_space(std::uint64_t bytes) { workspace_.free = bytes; }
  /// Directories that were given up, and are not gone yet.
  std::size_t going() const { return workspace_.going.size(); }
  void remove_what_goes() {
    for (auto& gone : std::exchange(workspace_.going, {}))
      if (gone) gone();
  }

  const std::string& name() const override { return name_; }
  bool is_local() const override { return false; }
  int jobs() const override { return jobs_; }
  StationState state() const override { return state_; }
  std::string trouble() const override { return "it is away"; }
  Executor& executor() override { return executor_; }
  Workspace& workspace() override { return workspace_; }
  void open(std::function<void()> changed) override { changed_ = std::move(changed); }
  void close(std::function<void()> closed) override { closed(); }

 private:
  struct FakeExecution final : RunningExecution {
    std::string command;
    std::function<void(model::Execution)> done;
    std::vector<std::pair<std::string, bool>>* cancelled = nullptr;
    void cancel(bool now) override { cancelled->emplace_back(command, now); }
    void suspend() override {}
    void resume() override {}
  };

  struct FakeExecutor final : Executor {
    explicit FakeExecutor(boost::asio::io_context& its_loop) : loop(its_loop) {}
    std::shared_ptr<RunningExecution> execute(ExecutionRequest request, OutputSink&, OutputSink&,
                                              std::function<void(model::Execution)> done) override {
      auto execution = std::make_shared<FakeExecution>();
      execution->command = request.command;
      execution->done = std::move(done);
      execution->cancelled = &cancelled;
      running.push_back(execution);
      return execution;
    }
    void end(const std::string& command, model::Execution how) {
      const auto found =
          std::find_if(running.begin(), running.end(), [&](const auto& one) { return one->command == command; });
      const auto ended = *found;
      running.erase(found);
      boost::asio::post(loop, [ended, how = std::move(how)] { ended->done(how); });
    }
    boost::asio::io_context& loop;
    std::deque<std::shared_ptr<FakeExecution>> running;
    std::vector<std::pair<std::string, bool>> cancelled;
  };

  struct FakeWorkspace final : Workspace {
    const std::string& directory() const override { return name; }
    base::Result<std::string> make_directory() override { return name + "/" + std::to_string(next++); }
    bool take_back(const std::string&) override { return false; }
    std::function<void()> discard(const std::string&, std::function<void()> gone) override {
      going.push_back(std::move(gone));
      return {};
    }
    void keep(const std::string&) override {}
    std::uint64_t free_space(base::Duration) const override { return free; }
    const std::string name = "/scratch";
    int next = 0;
    std::uint64_t free = UINT64_MAX;
    std::vector<std::function<void()>> going;
  };

  const std::string name_ = "local";
  int jobs_;
  StationState state_ = StationState::ready;
  std::function<void()> changed_;
  FakeExecutor executor_;
  FakeWorkspace workspace_;
};

}  // namespace fatespec::runner
