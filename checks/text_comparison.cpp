#include "checks/text_comparison.hpp"

#include <algorithm>

namespace fatespec::checks {

std::string normalise_blanks(std::string_view line) {
  std::string text;
  BlankNormaliser normaliser;
  for (const char c : line) normaliser.feed(c, [&](char out) { text += out; });
  return text;
}

TextComparison::TextComparison(std::string_view reference, model::Comparison comparison)
    : reference_(reference), comparison_(comparison) {
  if (comparison_ == model::Comparison::whitespace) binary_ = reference_.find('\0') != std::string_view::npos;
}

void TextComparison::consume(std::string_view bytes) {
  if (comparison_ == model::Comparison::whitespace) {
    binary_ = binary_ || bytes.find('\0') != std::string_view::npos;
    if (normal_equal_) compare_normalised(bytes);
  }
  compare_exactly(bytes);
}

void TextComparison::compare_exactly(std::string_view bytes) {
  if (!first_difference_) {
    const std::string_view expected =
        reference_.substr(std::min<std::uint64_t>(offset_, reference_.size()), bytes.size());
    if (expected != bytes) {
      const auto [at, ignored] = std::mismatch(expected.begin(), expected.end(), bytes.begin(), bytes.end());
      first_difference_ = offset_ + static_cast<std::uint64_t>(at - expected.begin());
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
}

bool TextComparison::next_reference(char& c) {
  while (ready_at_ >= ready_.size()) {
    ready_.clear();
    ready_at_ = 0;
    const auto keep = [&](char out) { ready_ += out; };
    if (reference_at_ < reference_.size()) {
      expected_.feed(reference_[reference_at_++], keep);
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
  const bool equal = !first_difference_ && offset_ == reference_.size();
  if (comparison_ == model::Comparison::exact || binary_ || equal) return equal;
  if (normal_equal_) actual_.end([&](char out) { expect_normalised(out); });
  char rest = 0;
  return normal_equal_ && !next_reference(rest);
}

}  // namespace fatespec::checks
