// `{MAKE}`: nothing is compared; of a log, the last lines matter.
#pragma once

#include "checks/check.hpp"
#include "checks/excerpt.hpp"

namespace fatespec::checks {

/// How much of a build's log is shown if it failed.
inline constexpr std::size_t lines_of_log = 30;

/// The stdout becomes the last lines of what arrived, in full as far as 64 KiB hold them. They are left out where the
/// build succeeded: TestAttempt knows.
class LogTailCheck final : public Check {
 public:
  void consume(std::string_view bytes) override { tail_.append(bytes); }
  Reading finish() override;

 private:
  ExcerptBuilder tail_{0, kept_bytes_of_log};
  static constexpr std::size_t kept_bytes_of_log = 2 * ExcerptBuilder::half;
};

/// The last lines of a text of which `is_cut` says that its beginning is missing. Where they are fewer than were
/// wanted, or the first of them may be cut, a line in front says so.
model::Excerpt last_lines(std::string_view text, bool is_cut);
/// The same of what is kept of a stream: all of them are of its tail.
model::Excerpt last_lines(const model::Excerpt& excerpt);

}  // namespace fatespec::checks
