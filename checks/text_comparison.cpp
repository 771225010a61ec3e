#include "checks/text_comparison.hpp"

#include <algorithm>

namespace fatespec::checks {
namespace {

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string normalise_blanks(std::string_view line) {
  std::string text;
  BlankNormaliser normaliser;
  for (const char c : line) normaliser.feed(c, [&](char out) { text += out; });
  return text;
}

TextComparison::TextComparison(ReferencePtr reference, model::Comparison comparison)
    : reference_(std::move(reference)), comparison_(comparison) {}

void TextComparison::consume(std::string_view bytes) {
  if (comparison_ == model::Comparison::whitespace) {
    binary_ = binary_ || bytes.find('\0') != std::string_view::npos;
    if (normal_equal_) compare_normalised(bytes);
  }
  compare_exactly(bytes);
}

void TextComparison::compare_exactly(std::string_view bytes) {
  while (!bytes.empty() && !first_difference_) {
    const std::string_view expected = reference_->read(offset_, bytes.size());
    const std::string_view actual = bytes.substr(0, expected.size());
    if (expected.empty()) {
      first_difference_ = offset_;
    } else if (expected != actual) {
      const auto [at, ignored] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
      first_difference_ = offset_ + static_cast<std::uint64_t>(at - expected.begin());
      lines_ += count_lines(actual.substr(0, static_cast<std::size_t>(at - expected.begin())));
    } else {
      lines_ += count_lines(actual);
      offset_ += actual.size();
      bytes.remove_prefix(actual.size());
    }
  }
  offset_ += bytes.size();
}

void TextComparison::compare_normalised(std::string_view bytes) {
  for (const char c : bytes) actual_.feed(c, [&](char out) { expect_normalised(out); });
}

void TextComparison::expect_normalised(char c) {
  char expected = 0;
  if (normal_equal_) normal_equal_ = next_reference(expected) && expected == c;
  if (normal_equal_ && c == '\n') ++normal_lines_;
}

bool TextComparison::next_reference(char& c) {
  while (ready_at_ >= ready_.size()) {
    ready_.clear();
    ready_at_ = 0;
    const auto keep = [&](char out) { ready_ += out; };
    const std::string_view piece = reference_->read(reference_at_, 4096);
    if (!piece.empty()) {
      reference_at_ += piece.size();
      // A NUL makes `diff` compare bytes. One that was not reached yet cannot matter: the texts differ before it.
      binary_ = binary_ || piece.find('\0') != std::string_view::npos;
      for (const char byte : piece) expected_.feed(byte, keep);
    } else if (!reference_ended_) {
      reference_ended_ = true;
      expected_.end(keep);
    } else {
      return false;
    }
  }
  c = ready_[ready_at_++];
  return true;
}

bool TextComparison::finish() {
  const bool equal = !first_difference_ && offset_ == reference_->size();
  if (comparison_ == model::Comparison::exact || binary_ || equal) return equal;
  if (normal_equal_) actual_.end([&](char out) { expect_normalised(out); });
  char rest = 0;
  return normal_equal_ && !next_reference(rest);
}

}  // namespace fatespec::checks
