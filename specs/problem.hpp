// Problems of spec files and configurations. They are collected and shown together, each with its place.
#pragma once

#include <map>
#include <memory>
#include <set>
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
  /// What is told already, as that of an alias or a merged map is, is not told again.
  void add(Problem problem);
  void add(const SourceText& source, const base::Origin& origin, std::string message, int mark_width = 1);
  bool empty() const { return counts_.empty(); }
  /// How often something was found wrong, repeats included.
  std::size_t found() const { return found_; }
  /// All that were added; and by their files.
  std::size_t size() const;
  const std::map<std::string, std::size_t>& counts() const { return counts_; }
  /// The first of each file: one may have more than anybody reads.
  const std::vector<Problem>& list() const { return list_; }

 private:
  bool has_room_for(const std::string& file) const;

  static constexpr std::size_t most_kept = 1000;  ///< of each file
  std::vector<Problem> list_;
  std::map<std::string, std::size_t> counts_;  ///< by files, of all
  std::set<std::string> known_;                ///< places and messages of those that are kept
  std::size_t found_ = 0;
};

}  // namespace fatespec::specs
