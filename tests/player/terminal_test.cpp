// Keys that are pressed in a terminal, of a play without a window.
#include "player/terminal_keys.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <gtest/gtest.h>

#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

TEST(TerminalKeys, AreNamedAsTheWindowsAre) {
  std::string_view bytes = " q.\033[A\033[D\033[5~\033OC\033[1;5C0\033";
  std::vector<std::string> keys;
  while (!bytes.empty()) keys.push_back(player::take_key(bytes));
  EXPECT_EQ(keys,
            (std::vector<std::string>{"space", "q", ".", "up", "left", "pageup", "right", "\033[1;5c", "0", "escape"}));
}

/// A program in a terminal of its own.
class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& words) {
    winsize size{24, 200, 0, 0};
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    pid_ = ::forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      ::unsetenv("DISPLAY");
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(fd_);
  }
  void press(const std::string& keys) const { ASSERT_EQ(::write(fd_, keys.data(), keys.size()), ssize_t(keys.size())); }
  /// False if that does not appear.
  bool shows(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (seen_.find(text) == std::string::npos) {
      pollfd output{fd_, POLLIN, 0};
      if (std::chrono::steady_clock::now() > end) return false;
      if (::poll(&output, 1, 100) <= 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
      if (got <= 0) return false;
      seen_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    seen_.erase(0, seen_.find(text) + text.size());
    return true;
  }
  bool echoes() const {
    termios mode{};
    return ::tcgetattr(fd_, &mode) == 0 && (mode.c_lflag & ECHO) != 0;
  }
  int wait() {
    int status = 0;
    shows("\004");  // reads on until it ends
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& seen() const { return seen_; }

 private:
  int fd_ = -1;
  pid_t pid_ = -1;
  std::string seen_;
};

TEST(Terminal, GivesKeysToAPlayWithoutAWindow) {
  const TemporaryDirectory directory;
  const std::string recording = directory / "r.dbg";
  Terminal terminal(
      {FATESPEC_PROGRAM, "play", "--headless", "--null-audio", "--record", recording, sample("h264_aac.mp4")});
  ASSERT_TRUE(terminal.shows("no defects")) << terminal.seen();
  EXPECT_FALSE(terminal.echoes());
  terminal.press(" ");
  ASSERT_TRUE(terminal.shows("paused")) << terminal.seen();
  terminal.press("m");
  ASSERT_TRUE(terminal.shows("muted")) << terminal.seen();
  terminal.press("\033[D");  // back to the start
  terminal.press("?q");
  EXPECT_EQ(terminal.wait(), 3) << terminal.seen();
  const Play play = read_play(recording);
  EXPECT_EQ(play.count(sessions::EventKind::paused), 1U);
  EXPECT_EQ(play.count(sessions::EventKind::seek_requested), 1U);
}

TEST(Terminal, IsAsItWasAfterACrash) {
  // The shell outlives the player, and shows what the terminal is like then.
  Terminal terminal({"/bin/sh", "-c",
                     FATESPEC_PROGRAM " play --headless --null-audio --inject crash@0.5s " + sample("h264_aac.mp4") +
                         "; stty -a | grep -o -w -e '-*echo'; read wait"});
  ASSERT_TRUE(terminal.shows("crashed by")) << terminal.seen();
  ASSERT_TRUE(terminal.shows("echo")) << terminal.seen();
  EXPECT_TRUE(terminal.echoes());
}

}  // namespace
}  // namespace fatespec::test
