#include "cli/session/player_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/program.hpp"
#include "base/spawn.hpp"
#include "cli/session/signal_patience.hpp"
#include "model/execution.hpp"

namespace fatespec::cli {
namespace {

// What the handler may touch: lock-free.
std::atomic<pid_t> player_pid = 0;
std::atomic<int> handed_on = 0;  ///< the last signal
SignalPatience with_player;

// The terminal tells the player itself of Ctrl-C; what was sent to us alone is handed on.
void hand_on_to_player(int signal) {
  const int error = errno;
  handed_on = signal;
  const int sent = with_player.note_signal() ? SIGKILL : signal;
  if (player_pid > 0) ::kill(player_pid, sent);
  errno = error;
}

/// While the player runs it is the player that a signal ends.
class SignalsForPlayer {
 public:
  SignalsForPlayer() {
    handed_on = 0;
    with_player.reset();
    struct sigaction action {};
    action.sa_handler = hand_on_to_player;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGTERM, &action, &terminate_);
    ::sigaction(SIGHUP, nullptr, &hang_up_);
    if (hang_up_.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);  // but under nohup
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &action, &interrupt_);
  }
  ~SignalsForPlayer() {
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigaction(SIGHUP, &hang_up_, nullptr);
    ::sigaction(SIGINT, &interrupt_, nullptr);
  }
  SignalsForPlayer(const SignalsForPlayer&) = delete;
  SignalsForPlayer& operator=(const SignalsForPlayer&) = delete;

 private:
  struct sigaction terminate_ {
  }, hang_up_{}, interrupt_{};
};

/// A player that crashed has not put the terminal back to how it found it.
class TerminalMode {
 public:
  TerminalMode() : known_(::tcgetattr(STDIN_FILENO, &mode_) == 0) {}
  ~TerminalMode() {
    if (known_ && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) ::tcsetattr(STDIN_FILENO, TCSANOW, &mode_);
  }
  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

 private:
  termios mode_{};
  bool known_;
};

void write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written <= 0) return;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

/// Copies what comes from `from` to stderr and into the file, which is made when there is something for it.
void tee(int from, const std::string& path) {
  base::FileDescriptor file;
  std::array<char, 4096> buffer{};
  for (;;) {
    // The thread sanitizer keeps signals back until a call returns, but for calls that it knows to wait: read() is
    // none.
    pollfd arrival = {from, POLLIN, 0};
    if (::poll(&arrival, 1, -1) < 0 && errno == EINTR) continue;
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    write_all(STDERR_FILENO, buffer.data(), static_cast<std::size_t>(got));
    if (!file) file.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file) write_all(file.get(), buffer.data(), static_cast<std::size_t>(got));
  }
}

/// When a file was written last, and which it is; nothing if it is not there.
std::optional<std::array<std::int64_t, 4>> times_of(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return std::array<std::int64_t, 4>{static_cast<std::int64_t>(status.st_ino), status.st_size, status.st_mtim.tv_sec,
                                     status.st_mtim.tv_nsec};
}

/// What the last play said takes the place of what an earlier one did, also if it is nothing.
void keep_said(const std::string& said, const std::string& place, bool was_refused) {
  if (was_refused) ::unlink(said.c_str());
  else if (::rename(said.c_str(), place.c_str()) != 0) ::unlink(place.c_str());
}

}  // namespace

std::string player_program() {
  if (const char* named = std::getenv("FATESPEC_PLAYER"); named != nullptr && *named != '\0') return named;
  return base::program_beside("fatespec-player");
}

int spawn_player(const std::vector<std::string>& arguments, PlayerKeys keys, int error, pid_t& pid) {
  std::vector<std::string> words = {player_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment;
  for (char** one = environ; *one != nullptr; ++one) environment.emplace_back(*one);
  environment.push_back(fmt::format("FATESPEC_PARENT={}", ::getpid()));
  base::SpawnActions actions;
  if (keys == PlayerKeys::of_window) actions.open(STDIN_FILENO, "", O_RDONLY);
  if (error >= 0) actions.duplicate(error, STDERR_FILENO);
  const base::SpawnAttributes attributes(base::SpawnAttributes::Group::inherited);
  const auto argv = base::argument_pointers(words);
  const int code = ::posix_spawn(&pid, argv[0], actions.get(), attributes.get(), argv.data(),
                                 base::argument_pointers(environment).data());
  return code;
}

PlayerExit player_exit(int status) {
  if (WIFSIGNALED(status)) return {model::status_signal_base + WTERMSIG(status), WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

base::Result<PlayerExit> run_player(const std::vector<std::string>& arguments, const std::string& recording) {
  std::array<int, 2> ends = {-1, -1};
  if (!recording.empty() && ::pipe2(ends.data(), O_CLOEXEC) != 0) return base::io_error("a pipe for the player", errno);
  const std::string said = recording + ".stderr.new";
  const auto before = times_of(recording);
  const base::FileDescriptor reading(ends[0]);
  base::FileDescriptor writing(ends[1]);
  const SignalsForPlayer signals;
  const TerminalMode mode;
  pid_t pid = 0;
  if (const int code = spawn_player(arguments, PlayerKeys::of_terminal_too, ends[1], pid); code != 0)
    return base::io_error("the player " + player_program(), code);
  player_pid = pid;
  // One that came while the player was started found nobody to be handed on to.
  if (const int signal = handed_on; signal != 0) ::kill(pid, signal);
  writing.reset();
  if (reading) tee(reading.get(), said);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  player_pid = 0;
  const PlayerExit end = player_exit(status);
  const bool was_refused = end.signal == 0 && before && times_of(recording) == before;
  if (reading) keep_said(said, recording + ".stderr", was_refused);
  return end;
}

}  // namespace fatespec::cli
