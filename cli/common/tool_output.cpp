#include "cli/common/tool_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "base/file.hpp"
#include "base/spawn.hpp"

namespace fatespec::cli {
namespace {

/// The shell with the command, its stdout into `output`; 0 if it cannot be started. It stays in our process group, so
/// that Ctrl-C ends it as well.
pid_t start(const std::string& command, int output) {
  base::SpawnActions actions;
  actions.open(STDIN_FILENO, "", O_RDONLY);
  actions.duplicate(output, STDOUT_FILENO);
  actions.open(STDERR_FILENO, "", O_WRONLY);
  const base::SpawnAttributes attributes(base::SpawnAttributes::Group::inherited);
  const std::vector<std::string> words = {"sh", "-c", command};
  pid_t pid = 0;
  const int code =
      ::posix_spawn(&pid, "/bin/sh", actions.get(), attributes.get(), base::argument_pointers(words).data(), environ);
  return code == 0 ? pid : 0;
}

/// What comes until the end; false if that has not come when the time is over.
bool read_until(int from, std::chrono::steady_clock::time_point end, std::string& text) {
  std::array<char, 4096> buffer{};
  pollfd descriptor{from, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (::poll(&descriptor, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

ToolAnswer ask_tool(const std::string& command, std::chrono::seconds limit) {
  ToolAnswer answer;
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return answer;
  const base::FileDescriptor reading(ends[0]);
  base::FileDescriptor writing(ends[1]);
  const pid_t pid = start(command, writing.get());
  if (pid == 0) return answer;
  writing.reset();
  if (!read_until(reading.get(), std::chrono::steady_clock::now() + limit, answer.text)) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) answer.status = WEXITSTATUS(status);
  return answer;
}

std::string tool_output(const std::string& command, std::chrono::seconds limit) {
  return ask_tool(command, limit).text;
}

}  // namespace fatespec::cli
