#include "player/terminal_keys.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "base/text.hpp"

namespace fatespec::player {
namespace {

constexpr int terminal = STDIN_FILENO;

/// Others may not change it, and are stopped if they read.
bool is_ours() { return ::tcgetpgrp(terminal) == ::getpgrp(); }

constexpr std::array<std::pair<std::string_view, const char*>, 11> sequences = {{{"\033[A", "up"},
                                                                                 {"\033[B", "down"},
                                                                                 {"\033[C", "right"},
                                                                                 {"\033[D", "left"},
                                                                                 {"\033OA", "up"},
                                                                                 {"\033OB", "down"},
                                                                                 {"\033OC", "right"},
                                                                                 {"\033OD", "left"},
                                                                                 {"\033[5~", "pageup"},
                                                                                 {"\033[6~", "pagedown"},
                                                                                 {" ", "space"}}};

/// Length of a control sequence that nobody has a name for.
std::size_t length_of_sequence(std::string_view bytes) {
  std::size_t length = 2;
  while (length < bytes.size() && (bytes[length] < '@' || bytes[length] > '~')) ++length;
  return std::min(length + 1, bytes.size());
}

}  // namespace

std::string take_key(std::string_view& bytes) {
  for (const auto& [sequence, key] : sequences)
    if (bytes.starts_with(sequence)) {
      bytes.remove_prefix(sequence.size());
      return key;
    }
  const bool is_sequence = bytes.starts_with("\033[") || bytes.starts_with("\033O");
  std::string key(bytes.substr(0, is_sequence ? length_of_sequence(bytes) : 1));
  bytes.remove_prefix(key.size());
  return key == "\033" ? "escape" : base::lower(key);
}

std::unique_ptr<TerminalKeys> TerminalKeys::open() {
  termios before{};
  if (!is_ours() || ::tcgetattr(terminal, &before) != 0) return nullptr;
  termios by_key = before;
  by_key.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  by_key.c_cc[VMIN] = 0;
  by_key.c_cc[VTIME] = 0;
  if (::tcsetattr(terminal, TCSANOW, &by_key) != 0) return nullptr;
  return std::unique_ptr<TerminalKeys>(new TerminalKeys(before));
}

TerminalKeys::~TerminalKeys() {
  if (is_ours()) ::tcsetattr(terminal, TCSANOW, &before_);
}

bool TerminalKeys::is_readable(Time wait) const {
  pollfd input{terminal, POLLIN, 0};
  const timespec limit{static_cast<time_t>(wait / second), static_cast<long>(wait % second)};
  return ::ppoll(&input, 1, &limit, nullptr) > 0;
}

std::optional<std::string> TerminalKeys::read() {
  if (pressed_.empty() && !gone_ && is_readable(0) && is_ours()) {
    std::array<char, 64> buffer{};
    const ssize_t got = ::read(terminal, buffer.data(), buffer.size());
    gone_ = got <= 0;
    if (got > 0) pressed_.assign(buffer.data(), static_cast<std::size_t>(got));
  }
  if (pressed_.empty()) return std::nullopt;
  std::string_view rest = pressed_;
  auto key = take_key(rest);
  pressed_ = std::string(rest);
  return key;
}

// What another process group is to read must not wake us again and again.
void TerminalKeys::wait(Time length) {
  if (length <= 0) return;
  if (gone_ || !is_ours()) std::this_thread::sleep_for(std::chrono::nanoseconds(length));
  else is_readable(length);
}

}  // namespace fatespec::player
