// Runs tests on this machine.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "runner/executor.hpp"
#include "runner/orphan_reaper.hpp"

namespace fatespec::runner {

struct LocalLimits {
  /// Between SIGTERM and SIGKILL for a test that takes too long.
  base::Duration grace = std::chrono::seconds(5);
  /// How long the output may stay open after the test's process has ended; then the test is `leaky`.
  base::Duration leak = std::chrono::milliseconds(200);
};

class LocalExecutor final : public Executor {
 public:
  explicit LocalExecutor(boost::asio::io_context& loop, LocalLimits limits = {});
  ~LocalExecutor() override;

  std::shared_ptr<RunningExecution> execute(ExecutionRequest request, OutputSink& output, OutputSink& error,
                                            std::function<void(model::Execution)> done) override;

 private:
  class Process;
  /// A program's path as execvp would find it; the name itself if it holds a slash; empty if there is none.
  const std::string& find_program(const std::string& name, const std::vector<std::string>& environment);

  boost::asio::io_context& loop_;
  LocalLimits limits_;
  OrphanReaper reaper_;
  std::map<std::pair<std::string, std::string>, std::string> programs_;  ///< (PATH, name) -> path
};

}  // namespace fatespec::runner
