#include "runner/local/local_executor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

#include "runner/local/local_process.hpp"

namespace fatespec::runner {

namespace {

// The kernel counts the peak memory of whoever starts a program towards the program's. Ours is now that of now, and no
// longer that of an output that was large once (proc(5), clear_refs).
void forget_peak_memory() {
  const base::FileDescriptor file(::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC));
  (void)!::write(file.get(), "5", 1);
}

}  // namespace

LocalExecutor::LocalExecutor(boost::asio::io_context& loop, LocalLimits limits, Guardian* guardian)
    : machine_{.loop = loop, .limits = limits, .guardian = guardian}, watch_(loop) {
  if (guardian != nullptr) machine_.reaper.ignore(guardian->pid());
  if (auto cgroups = TestCgroups::open()) machine_.cgroups = std::move(cgroups).value();
}

LocalExecutor::~LocalExecutor() { machine_.reaper.signal_all(SIGKILL); }

std::shared_ptr<RunningExecution> LocalExecutor::execute(ExecutionRequest request, OutputSink& output,
                                                         OutputSink& error,
                                                         std::function<void(model::Execution)> done) {
  auto process = std::make_shared<LocalProcess>(machine_, std::move(request), std::move(done));
  process->start(output, error);
  if (!watching_) watch_limits();
  return process;
}

// One timer for all tests. It rests while nothing runs, so that the loop can end.
void LocalExecutor::watch_limits() {
  watching_ = !machine_.running.empty();
  if (!watching_) return;
  watch_.expires_after(machine_.limits.look);
  watch_.async_wait([this](boost::system::error_code code) {
    if (code) return;
    forget_peak_memory();
    machine_.reaper.reap_dead();
    if (machine_.guardian != nullptr) machine_.guardian->know_orphans(machine_.reaper.orphans());
    const std::vector<LocalProcess*> running(machine_.running.begin(), machine_.running.end());
    // At most so many are one test's: each of the others has one.
    const long tasks = std::max(0L, machine_tasks() - static_cast<long>(running.size()) + 1);
    for (LocalProcess* process : running)
      if (machine_.running.contains(process)) process->look_at_limits(tasks);
    watch_limits();
  });
}

}  // namespace fatespec::runner
