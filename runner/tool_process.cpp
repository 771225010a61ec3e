#include "runner/tool_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/file.hpp"

namespace fatespec::runner {
namespace {

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  void open(int fd, const std::string& path, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, fd, path.empty() ? "/dev/null" : path.c_str(), flags, 0666);
  }
  void change_directory(const std::string& path) { ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // argv is not written to
  all.push_back(nullptr);
  return all;
}

int spawn(const ToolRequest& request, pid_t& pid) {
  SpawnActions actions;
  actions.open(STDIN_FILENO, request.input, O_RDONLY);
  actions.open(STDOUT_FILENO, request.output, O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(STDERR_FILENO, request.error, O_WRONLY | O_CREAT | O_TRUNC);
  if (!request.directory.empty()) actions.change_directory(request.directory);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGPIPE, SIGTERM, SIGHUP}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const auto words = pointers(request.words);
  const auto environment = pointers(request.environment);
  const int code = ::posix_spawnp(&pid, words[0], actions.get(), &attributes, words.data(),
                                  request.environment.empty() ? environ : environment.data());
  ::posix_spawnattr_destroy(&attributes);
  return code;
}

volatile std::sig_atomic_t stopped_by = 0;

void note_stop(int signal) { stopped_by = signal; }

/// While it lives, a signal ends the waiting; afterwards it does what it would have done.
class StopSignals {
 public:
  StopSignals() {
    stopped_by = 0;
    struct sigaction action {};
    action.sa_handler = note_stop;
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals.at(i), &action, &before_.at(i));
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals.at(i), &before_.at(i), nullptr);
    if (stopped_by != 0) ::raise(stopped_by);
  }

 private:
  static constexpr std::array<int, 3> signals = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, 3> before_{};
};

/// True when it has ended; false when the time is over or a signal came.
bool wait_for(const base::FileDescriptor& process, base::Duration limit) {
  pollfd descriptor{process.get(), POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  return ::poll(&descriptor, 1, static_cast<int>(std::min<std::int64_t>(milliseconds, 1'000'000'000))) == 1;
}

}  // namespace

base::Result<ToolEnd> run_tool(const ToolRequest& request) {
  const StopSignals signals;
  pid_t pid = 0;
  if (const int code = spawn(request, pid); code != 0) return base::io_error(request.words.front(), code);
  const base::FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ToolEnd end;
  end.timed_out = !wait_for(process, request.limit);
  ::kill(-pid, SIGKILL);  // also what it has left
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int signal_base = 128;
  end.status = WIFSIGNALED(status) ? signal_base + WTERMSIG(status) : WEXITSTATUS(status);
  return end;
}

}  // namespace fatespec::runner
