#include "runner/local/tool_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/file.hpp"
#include "base/spawn.hpp"
#include "model/execution.hpp"
#include "runner/local/brief_wait.hpp"

namespace fatespec::runner {
namespace {

int spawn(const ToolRequest& request, pid_t& pid) {
  base::SpawnActions actions;
  actions.open(STDIN_FILENO, request.input, O_RDONLY);
  actions.open(STDOUT_FILENO, request.output, O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(STDERR_FILENO, request.error, O_WRONLY | O_CREAT | O_TRUNC);
  if (!request.directory.empty()) actions.change_directory(request.directory);
  const base::SpawnAttributes attributes(base::SpawnAttributes::Group::of_its_own);
  const auto words = base::argument_pointers(request.words);
  const auto environment = base::argument_pointers(request.environment);
  return ::posix_spawnp(&pid, words[0], actions.get(), attributes.get(), words.data(),
                        request.environment.empty() ? environ : environment.data());
}

volatile std::sig_atomic_t stopped_by = 0;

void note_stop(int signal) { stopped_by = signal; }

constexpr std::array<int, 3> stop_signals = {SIGINT, SIGTERM, SIGHUP};

/// True when it has ended; false when the time is over or a signal came. A signal that comes between a look at its flag
/// and the waiting is seen after a slice of the time, and so is the end where there are no pidfds.
bool wait_for(pid_t pid, const base::FileDescriptor& process, base::Duration limit) {
  constexpr int slice_ms = 200;
  pollfd descriptor{process.get(), POLLIN, 0};
  for (const auto end = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < end;) {
    if (::poll(&descriptor, 1, slice_ms) == 1 || has_ended(pid)) return true;
    if (stopped_by != 0) return false;
  }
  return false;
}

}  // namespace

struct ToolInterruption::Before {
  std::array<struct sigaction, stop_signals.size()> actions{};
};

ToolInterruption::ToolInterruption() : before_(std::make_unique<Before>()) {
  stopped_by = 0;
  struct sigaction action {};
  action.sa_handler = note_stop;
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    struct sigaction& before = before_->actions.at(i);
    ::sigaction(stop_signals.at(i), nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(stop_signals.at(i), &action, nullptr);
  }
}

ToolInterruption::~ToolInterruption() {
  for (std::size_t i = 0; i < stop_signals.size(); ++i)
    ::sigaction(stop_signals.at(i), &before_->actions.at(i), nullptr);
}

std::optional<int> ToolInterruption::exit_status() {
  return stopped_by == 0 ? std::nullopt : std::optional(model::status_signal_base + static_cast<int>(stopped_by));
}

base::Result<ToolEnd> run_tool(const ToolRequest& request) {
  if (stopped_by != 0) return ToolEnd{model::status_signal_base + static_cast<int>(stopped_by), false, true};
  pid_t pid = 0;
  if (const int code = spawn(request, pid); code != 0) return base::io_error(request.words.front(), code);
  const base::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ToolEnd end;
  const bool ended = wait_for(pid, process, request.limit);
  end.interrupted = !ended && stopped_by != 0;
  end.timed_out = !ended && !end.interrupted;
  ::kill(-pid, SIGKILL);  // also what it has left
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  end.status = WIFSIGNALED(status) ? model::status_signal_base + WTERMSIG(status) : WEXITSTATUS(status);
  return end;
}

}  // namespace fatespec::runner
