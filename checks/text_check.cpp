#include "checks/text_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/pattern.hpp"
#include "base/text.hpp"
#include "checks/frame_comparison.hpp"
#include "checks/frame_report.hpp"
#include "checks/line_diff.hpp"

namespace fatespec::checks {
namespace {

constexpr std::uint64_t most_of_a_header = 64;
// A million packets are 50 MB of text.
constexpr std::uint64_t most_of_a_frame_report = std::uint64_t{256} << 20;

std::string in_quotes(std::string_view text) { return "\"" + base::shorten(base::visible(text), 80) + "\""; }

/// What a text has in that line, from 1; nothing if `text` is only a beginning that does not reach it.
std::optional<std::string> shown_line(std::string_view text, std::uint64_t number, bool is_whole) {
  for (; number > 1 && !text.empty(); --number) take_line(text);
  if (!text.empty()) return in_quotes(take_line(text));
  return is_whole ? std::optional<std::string>("the end") : std::nullopt;
}

}  // namespace

TextCheck::TextCheck(TextExpectation expectation) : expected_(std::move(expectation)) {
  if (expected_.one_line && expected_.reference)
    expected_.reference =
        expected_.reference->rewritten(longest_line, [](const std::string& text) { return base::trim(text); });
  if (expected_.reference) comparison_.emplace(expected_.reference, expected_.comparison);
  limit_ = kept_bytes;
  if (expected_.reference && looks_like_frame_report(expected_.reference->head(most_of_a_header)))
    limit_ = std::clamp<std::uint64_t>(2 * expected_.reference->size(), kept_bytes, most_of_a_frame_report);
  keeps_ = expected_.keep_full || expected_.reference || !expected_.matches.empty();
}

void TextCheck::consume(std::string_view bytes) {
  excerpt_.append(bytes);
  if (comparison_) comparison_->consume(bytes);
  if (!keeps_) return;
  const std::size_t room = limit_ - kept_.size();
  kept_all_ = kept_all_ && bytes.size() <= room;
  kept_.append(bytes.substr(0, room));
}

Reading TextCheck::finish() {
  Reading reading;
  reading.output = excerpt_.finish();
  // The later a check stands here, the less its reason matters when several fail.
  check_size(reading);
  search_expression(reading);
  if (comparison_) compare_reference(reading);
  if (expected_.keep_full && kept_all_ && kept_.size() <= kept_bytes) reading.full_output = std::move(kept_);
  return reading;
}

void TextCheck::compare_reference(Reading& reading) {
  const bool same = comparison_->finish();
  if (const std::string& problem = expected_.reference->problem(); !problem.empty()) {
    reading.set(Finding::undecidable, problem);
  } else if (!same) {
    reading.finding = Finding::differs;
    describe_difference(reading);
  }
}

void TextCheck::describe_difference(Reading& reading) const {
  Reference& reference = *expected_.reference;
  // With fewer blanks in the output than in the reference its lines are further on there.
  const std::string expected = reference.head(expected_.comparison == model::Comparison::exact ? limit_ : 2 * limit_);
  const std::string& label = expected_.label;
  if (expected_.one_line) {
    reading.reason = fmt::format("{} is {}, expected {}", label, in_quotes(kept_), in_quotes(expected));
    return;
  }
  if (reading.output.bytes == 0) {
    reading.reason = fmt::format("{} is empty, expected {}", label, base::format_size(reference.size()));
  } else if (base::trim(kept_) == base::trim(expected) && kept_all_) {
    reading.reason = fmt::format("{} differs only in blanks or newlines at its beginning or end", label);
  } else if (kept_.find('\0') != std::string::npos || expected.find('\0') != std::string_view::npos) {
    reading.reason = fmt::format("{} differs first at byte {} ({} bytes, expected {})", label,
                                 comparison_->first_difference(), reading.output.bytes, reference.size());
    return;
  } else {
    reading.reason = describe_line(expected, reading.output.bytes);
  }
  describe_frames(expected, reading);
  if (std::max(expected.size(), kept_.size()) <= kept_bytes)
    reading.detail += unified_diff(expected, kept_, {.comparison = expected_.comparison});
}

std::string TextCheck::describe_line(std::string_view expected, std::uint64_t bytes) const {
  const std::uint64_t line = comparison_->line_of_first_difference();
  const auto ours = shown_line(kept_, line, kept_all_);
  const auto theirs = shown_line(expected, line, expected.size() == expected_.reference->size());
  if (ours && theirs && *ours != *theirs)
    return fmt::format("{} differs first in line {}: {}, expected {}", expected_.label, line, *ours, *theirs);
  const std::uint64_t place = comparison_->first_difference();
  const bool is_exact = expected_.comparison == model::Comparison::exact;
  if (ours && theirs && is_exact && place == expected_.reference->size())
    return fmt::format("{} goes on after {} in line {}, where it should end without a newline", expected_.label, *ours,
                       line);
  if (ours && theirs && is_exact && place == bytes)
    return fmt::format("{} ends after {} in line {}, without a newline, and should go on", expected_.label, *ours,
                       line);
  return fmt::format("{} differs first in line {} ({} bytes, expected {})", expected_.label, line, bytes,
                     expected_.reference->size());
}

void TextCheck::describe_frames(const std::string& expected, Reading& reading) const {
  if (!kept_all_) return;
  const auto expected_frames = read_frame_report(expected);
  const auto frames = expected_frames ? read_frame_report(kept_) : std::nullopt;
  const auto difference = frames ? compare_frame_reports(*expected_frames, *frames) : std::nullopt;
  if (!difference) return;
  constexpr std::size_t most = 10;
  reading.reason = fmt::format("{}: {}", expected_.label, base::printable(difference->summary));
  for (std::size_t i = 0; i < std::min(most, difference->further.size()); ++i)
    reading.detail += base::printable(difference->further[i]) + "\n";
}

void TextCheck::search_expression(Reading& reading) const {
  if (expected_.matches.empty()) return;
  const auto pattern = base::Pattern::compile(expected_.matches);
  if (pattern && pattern->found_in(kept_)) return;
  reading.set(Finding::differs,
              fmt::format("{} does not match /{}/", expected_.label, base::printable(expected_.matches)));
  if (!kept_all_)
    reading.reason += fmt::format(" in its first {}, more is not searched", base::format_size(kept_.size()));
}

void TextCheck::check_size(Reading& reading) const {
  if (!expected_.size) return;
  const std::string missed = missed_bound(*expected_.size, excerpt_.bytes());
  if (missed.empty()) return;
  reading.set(Finding::differs, fmt::format("{} has {} bytes, {}", expected_.label, excerpt_.bytes(), missed));
}

std::string missed_bound(const model::SizeBounds& bounds, std::uint64_t bytes) {
  if (bounds.min && bytes < *bounds.min) return fmt::format("less than {}", *bounds.min);
  if (bounds.max && bytes > *bounds.max) return fmt::format("more than {}", *bounds.max);
  return "";
}

Reading check_line(const TextExpectation& expectation, const std::string& text) {
  TextExpectation line = expectation;
  line.one_line = true;
  line.keep_full = true;
  TextCheck check(std::move(line));
  check.consume(text);
  return check.finish();
}

Reading check_line_about(TextExpectation expectation, const std::string& text, std::uint64_t output_bytes) {
  const auto size = std::exchange(expectation.size, std::nullopt);
  Reading reading = check_line(expectation, text);
  if (!reading.passed()) {
    reading.reason += fmt::format(" ({} bytes)", output_bytes);
    return reading;
  }
  const std::string missed = size ? missed_bound(*size, output_bytes) : "";
  if (missed.empty()) return reading;
  reading.set(Finding::differs, fmt::format("the output has {} bytes, {}", output_bytes, missed));
  return reading;
}

}  // namespace fatespec::checks
