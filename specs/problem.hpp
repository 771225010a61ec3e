// Problems of spec files and configurations. They are collected and shown together, each with its place.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace fatespec::specs {

/// A file's text and where its lines begin.
class SourceText {
 public:
  SourceText(std::string file, std::string text);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }
  /// The line without its newline; counted from 1; empty if there is none.
  std::string_view line(int number) const;
  /// Offset of a place that the text has.
  std::size_t offset_of(const base::Origin& place) const {
    return line_offset(place.line) + static_cast<std::size_t>(place.column) - 1;
  }
  /// Offset of a line's first byte.
  std::size_t line_offset(int number) const { return starts_.at(static_cast<std::size_t>(number) - 1); }
  int line_count() const { return static_cast<int>(starts_.size()); }
  /// Line and column of a byte.
  base::Origin origin_of(std::size_t offset) const;

 private:
  std::string file_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

struct Problem {
  base::Origin origin;
  std::string message;
  std::string line;    ///< the line it is in, if known
  int mark_width = 1;  ///< how many columns the caret line underlines
};

/// Several lines: place and message, the source line, the caret line. No newline at the end.
std::string format(const Problem& problem);

class Problems {
 public:
  void add(Problem problem);
  void add(const SourceText& source, const base::Origin& origin, std::string message, int mark_width = 1);
  bool empty() const { return count_ == 0; }
  /// All that were added.
  std::size_t size() const { return count_; }
  /// The first of them: a file may have more than anybody reads.
  const std::vector<Problem>& list() const { return list_; }

 private:
  static constexpr std::size_t most_kept = 1000;
  std::vector<Problem> list_;
  std::size_t count_ = 0;
};

}  // namespace fatespec::specs
