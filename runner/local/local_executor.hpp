// Runs tests on this machine.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runner/executor.hpp"
#include "runner/local/local_machine.hpp"

namespace fatespec::runner {

class LocalExecutor final : public Executor {
 public:
  /// `guardian`, if there is one, lives longer than the executor. The loop is run until all executions have ended
  /// before this is destroyed.
  explicit LocalExecutor(boost::asio::io_context& loop, LocalLimits limits = {}, Guardian* guardian = nullptr);
  LocalExecutor(const LocalExecutor&) = delete;
  LocalExecutor& operator=(const LocalExecutor&) = delete;
  ~LocalExecutor() override;

  std::shared_ptr<RunningExecution> execute(ExecutionRequest request, OutputSink& output, OutputSink& error,
                                            std::function<void(model::Execution)> done) override;
  /// Nothing more will be executed: the loop need not wait for the next look at limits.
  void finish() { watch_.cancel(); }

 private:
  void watch_limits();

  LocalMachine machine_;
  boost::asio::steady_timer watch_;
  bool watching_ = false;
};

}  // namespace fatespec::runner
