// A terminal, or what takes its place: colours where they are wanted, and one status line at the bottom.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "model/verdict.hpp"

namespace fatespec::reports {

enum class Style { plain, bold, dim, red, green, yellow, cyan, magenta };

/// Writes text and keeps a status line below it. One thread at a time.
class Console {
 public:
  /// Colours if `file` is a terminal and NO_COLOR is not set or is empty; a status line if it is one that can move the
  /// cursor.
  explicit Console(std::FILE* file);
  Console(std::FILE* file, bool colours, bool status_line)
      : file_(file), colours_(colours), status_line_(status_line) {}

  bool has_status_line() const { return status_line_; }
  void disable_status_line() { status_line_ = false; }
  /// Columns of the terminal; 80 if unknown.
  std::size_t width() const;

  std::string styled(Style style, std::string_view text) const;
  /// Text above the status line. A newline is added.
  void print(std::string_view text);
  /// Replaces the status line; it must fit into the width.
  void status(const std::string& line);
  void clear_status();
  void flush() { std::fflush(file_); }

 private:
  std::FILE* file_;
  bool colours_ = false;
  bool status_line_ = false;
  std::string shown_status_;
};

Style style_of(model::Verdict verdict);

/// A diff with its lines coloured, each indented.
std::string coloured_diff(const Console& console, std::string_view diff, std::string_view indent);

}  // namespace fatespec::reports
