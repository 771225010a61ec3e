#include "reports/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/text.hpp"

namespace fatespec::reports {
namespace {

constexpr std::array<std::string_view, 8> codes = {"0", "1", "2", "31", "32", "33", "36", "35"};

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool dumb_terminal() {
  const char* terminal = std::getenv("TERM");
  return terminal == nullptr || std::string_view(terminal) == "dumb";
}

}  // namespace

Console::Console(std::FILE* file) : file_(file) {
  const bool terminal = ::isatty(::fileno(file)) != 0;
  colours_ = terminal && !is_set("NO_COLOR") && !dumb_terminal();
  status_line_ = terminal && !dumb_terminal();
}

std::size_t Console::width() const {
  winsize size{};
  if (::ioctl(::fileno(file_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string Console::styled(Style style, std::string_view text) const {
  if (!colours_ || style == Style::plain) return std::string(text);
  return "\x1b[" + std::string(codes.at(static_cast<std::size_t>(style))) + "m" + std::string(text) + "\x1b[0m";
}

void Console::print(std::string_view text) {
  const std::string status = shown_status_;
  clear_status();
  std::fwrite(text.data(), 1, text.size(), file_);
  std::fputc('\n', file_);
  if (!status.empty()) this->status(status);
  else std::fflush(file_);
}

void Console::status(const std::string& line) {
  if (!status_line_) return;
  std::fprintf(file_, "\r\x1b[2K%s", line.c_str());
  std::fflush(file_);
  shown_status_ = line;
}

void Console::clear_status() {
  if (shown_status_.empty()) return;
  std::fputs("\r\x1b[2K", file_);
  shown_status_.clear();
}

Style style_of(model::Verdict verdict) {
  switch (verdict) {
    case model::Verdict::pass: return Style::green;
    case model::Verdict::skip: return Style::dim;
    case model::Verdict::xfail: return Style::yellow;
    case model::Verdict::error: return Style::magenta;
    default: return Style::red;
  }
}

std::string coloured_diff(const Console& console, std::string_view diff, std::string_view indent) {
  std::string text;
  for (const auto line : base::split_lines(diff)) {
    const Style style = line.starts_with("@@")  ? Style::cyan
                        : line.starts_with('-') ? Style::red
                        : line.starts_with('+') ? Style::green
                                                : Style::plain;
    text += (text.empty() ? "" : "\n") + std::string(indent) + console.styled(style, base::printable(line));
  }
  return text;
}

}  // namespace fatespec::reports
