// The check of a text: against a reference, a regular expression and bounds of its size.
#pragma once

#include <optional>
#include <string>

#include "checks/check.hpp"
#include "checks/excerpt.hpp"
#include "checks/reference.hpp"
#include "checks/text_comparison.hpp"
#include "model/suite.hpp"

namespace fatespec::checks {

struct TextExpectation {
  std::string label = "stdout";      ///< what the reasons call it
  ReferencePtr reference = nullptr;  ///< none: any text will do
  model::Comparison comparison = model::Comparison::exact;
  bool one_line = false;     ///< a report of one line: blanks around it do not count
  std::string matches = {};  ///< a regular expression that must match somewhere; empty: none
  std::optional<model::SizeBounds> size = std::nullopt;
  bool keep_full = false;  ///< offer the whole text as a new reference
};

/// Texts up to this size can become references and are searched by regular expressions.
inline constexpr std::size_t kept_bytes = std::size_t{8} << 20;
/// What of a reference is compared as one line.
inline constexpr std::uint64_t longest_line = std::uint64_t{1} << 20;

class TextCheck final : public Check {
 public:
  explicit TextCheck(TextExpectation expectation);
  void consume(std::string_view bytes) override;
  Reading finish() override;

 private:
  void compare_reference(Reading& reading);
  void describe_difference(Reading& reading) const;
  std::string describe_line(std::string_view expected, std::uint64_t bytes) const;
  void describe_frames(const std::string& expected, Reading& reading) const;
  void search_expression(Reading& reading) const;
  void check_size(Reading& reading) const;

  TextExpectation expected_;
  std::optional<TextComparison> comparison_;
  ExcerptBuilder excerpt_;
  std::string kept_;
  std::uint64_t limit_ = 0;  ///< bytes of it
  bool kept_all_ = true;
  bool keeps_ = false;
};

/// "less than 4000" or "more than 10", with the bound that so many bytes miss; empty if they are within.
std::string missed_bound(const model::SizeBounds& bounds, std::uint64_t bytes);

/// What `text` yields under an expectation: for checks whose stdout is a line that they wrote themselves.
Reading check_line(const TextExpectation& expectation, const std::string& text);
/// Likewise for a line that tells of an output of so many bytes: the bounds of `size` are those of the output.
Reading check_line_about(TextExpectation expectation, const std::string& text, std::uint64_t output_bytes);

}  // namespace fatespec::checks
