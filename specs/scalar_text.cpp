#include "specs/scalar_text.hpp"

#include <algorithm>

namespace fatespec::specs {
namespace {

std::size_t end_of_run(std::string_view text, std::size_t at, std::string_view characters) {
  return std::min(text.find_first_not_of(characters, at), text.size());
}

std::size_t end_of_line(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

/// Bytes of the UTF-8 character that begins with this one.
std::size_t length_of_character(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Goes through the source and the value side by side.
class Walk {
 public:
  Walk(std::string_view text, std::size_t at, std::string_view value) : text_(text), value_(value), at_(at) {}

  std::size_t plain(std::size_t index) {
    while (goes_on(index))
      if (!fold(0)) step(1, 1);
    return at_;
  }

  std::size_t single_quoted(std::size_t index) {
    for (++at_; goes_on(index);)
      if (!fold(0)) step(text_.substr(at_, 2) == "''" ? 2 : 1, 1);
    return at_;
  }

  std::size_t double_quoted(std::size_t index) {
    for (++at_; goes_on(index);) {
      if (text_[at_] == '\\') escape();
      else if (!fold(0)) step(1, 1);
    }
    return at_;
  }

  std::size_t block(std::size_t index) {
    const bool folded = text_[at_] == '>';
    at_ = std::min(end_of_line(text_, at_) + 1, text_.size());
    const std::size_t indentation = indentation_of_block();
    while (value_.substr(index_, 1) == "\n" && is_blank_line()) step(end_of_line(text_, at_) + 1 - at_, 1);
    at_ = std::min(at_ + indentation, text_.size());
    while (goes_on(index)) {
      if (folded && fold(indentation)) continue;
      if (text_[at_] == '\r' && text_.substr(at_, 2) == "\r\n") ++at_;
      if (text_[at_] == '\n') next_line(indentation);
      else step(1, 1);
    }
    return at_;
  }

 private:
  bool goes_on(std::size_t index) const { return index_ < std::min(index, value_.size()) && at_ < text_.size(); }
  void step(std::size_t source, std::size_t value) {
    at_ = std::min(at_ + source, text_.size());
    index_ += value;
  }
  bool is_blank_line() const { return end_of_run(text_, at_, " \r") == end_of_line(text_, at_); }

  // What stands before the first line with text, but for what the value has of it.
  std::size_t indentation_of_block() const {
    std::size_t start = at_;
    while (start < text_.size() && end_of_run(text_, start, " \r") == end_of_line(text_, start))
      start = end_of_line(text_, start) + 1;
    const std::size_t spaces = end_of_run(text_, std::min(start, text_.size()), " ") - std::min(start, text_.size());
    const std::size_t own = end_of_run(value_, end_of_run(value_, 0, "\n"), " ") - end_of_run(value_, 0, "\n");
    return spaces - std::min(own, spaces);
  }

  void next_line(std::size_t indentation) {
    step(1, 1);
    at_ = std::min({at_ + indentation, end_of_run(text_, at_, " "), text_.size()});
  }

  // A line break with the blanks around it is one blank of the value, or as many line breaks as there are empty lines.
  bool fold(std::size_t indentation) {
    const std::size_t end = end_of_run(text_, at_, indentation > 0 ? "\r" : " \t\r");
    if (end >= text_.size() || text_[end] != '\n') return false;
    if (value_[index_] != ' ' && value_[index_] != '\n') return false;
    at_ = indentation > 0 ? first_text_behind(end, indentation) : end_of_run(text_, end, " \t\r\n");
    if (value_[index_] == ' ') ++index_;
    else index_ = end_of_run(value_, index_, "\n");
    return true;
  }

  std::size_t first_text_behind(std::size_t at, std::size_t indentation) const {
    while (at < text_.size() && end_of_run(text_, at + 1, " \r") == end_of_line(text_, at + 1) &&
           end_of_line(text_, at + 1) < text_.size())
      at = end_of_line(text_, at + 1);
    return std::min(at + 1 + indentation, text_.size());
  }

  void escape() {
    const char kind = text_.substr(at_ + 1, 1).empty() ? '\\' : text_[at_ + 1];
    if (kind == '\n' || kind == '\r') {  // a line that goes on
      at_ = end_of_run(text_, end_of_line(text_, at_) + 1, " \t");
      return;
    }
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    step(2 + digits, length_of_character(value_[index_]));
  }

  std::string_view text_;
  std::string_view value_;
  std::size_t at_;
  std::size_t index_ = 0;
};

}  // namespace

std::size_t scalar_begin(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    at = end_of_run(text, end, " \t\r\n");
  }
  return at;
}

std::size_t place_in_scalar(std::string_view text, std::size_t at, std::string_view value, std::size_t index) {
  at = scalar_begin(text, at);
  if (at >= text.size() || text[at] == '*') return std::min(at, text.size());  // an alias has no text of its own
  Walk walk(text, at, value);
  switch (text[at]) {
    case '|':
    case '>': return walk.block(index);
    case '\'': return walk.single_quoted(index);
    case '"': return walk.double_quoted(index);
    default: return walk.plain(index);
  }
}

base::Origin place_in_scalar(const SourceText& source, const base::Origin& scalar, std::string_view value,
                             std::size_t index) {
  const std::string& text = source.text();
  if (scalar.line < 1 || scalar.line > source.line_count() || text.empty()) return scalar;
  return source.origin_of(std::min(place_in_scalar(text, source.offset_of(scalar), value, index), text.size() - 1));
}

}  // namespace fatespec::specs
