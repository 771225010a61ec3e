// Compares a text that arrives in pieces with a reference, exactly or as `diff -b` does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/reference.hpp"
#include "model/suite.hpp"

namespace fatespec::checks {

/// The first line of a text, without its newline; it is removed from the text. To take one after the other needs no
/// list of them, which would be larger than the text.
std::string_view take_line(std::string_view& text);

/// A line without blanks at its end and with every other run of them made one space.
std::string normalise_blanks(std::string_view line);

/// Normalises a stream as GNU `diff -b` sees it: runs of white space are equal, those at the end of a line do not
/// count (CRLF equals LF), a newline missing at the end does not count. Gives one character after the other.
class BlankNormaliser {
 public:
  /// Calls `emit(char)` for every normalised character.
  template <class Emit>
  void feed(char c, Emit emit) {
    if (c == '\n') {
      pending_ = false;
      at_line_start_ = true;
      emit('\n');
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
      pending_ = true;
      at_line_start_ = false;
    } else {
      if (pending_) emit(' ');
      pending_ = at_line_start_ = false;
      emit(c);
    }
  }
  /// The end of the text: completes an unfinished last line.
  template <class Emit>
  void end(Emit emit) {
    if (!at_line_start_) emit('\n');
  }

 private:
  bool pending_ = false;
  bool at_line_start_ = true;
};

class TextComparison {
 public:
  TextComparison(ReferencePtr reference, model::Comparison comparison);

  void consume(std::string_view bytes);
  /// After the last byte: whether the texts are equal.
  bool finish();
  /// Offset of the first byte that differs exactly; the shorter text's length if one is a prefix of the other.
  std::uint64_t first_difference() const { return first_difference_.value_or(offset_); }
  /// The line of the first difference that counts, from 1. After finish().
  std::uint64_t line_of_first_difference() const { return (in_words() ? normal_lines_ : lines_) + 1; }

 private:
  /// Binary texts are compared exactly in any case, as `diff` does.
  bool in_words() const { return comparison_ == model::Comparison::whitespace && !binary_; }
  void compare_exactly(std::string_view bytes);
  void compare_normalised(std::string_view bytes);
  void expect_normalised(char c);
  bool next_reference(char& c);

  ReferencePtr reference_;
  model::Comparison comparison_;
  std::uint64_t offset_ = 0;
  std::optional<std::uint64_t> first_difference_;
  std::uint64_t lines_ = 0;  ///< before it, or so far
  bool binary_ = false;      ///< a NUL was seen: `diff` then compares bytes
  bool normal_equal_ = true;
  std::uint64_t normal_lines_ = 0;  ///< before the first difference of the normalised texts, or so far
  BlankNormaliser actual_;
  BlankNormaliser expected_;
  std::uint64_t reference_at_ = 0;  ///< what was normalised of the reference
  std::string ready_;               ///< normalised characters of the reference that were not compared yet
  std::size_t ready_at_ = 0;
  bool reference_ended_ = false;
};

}  // namespace fatespec::checks
