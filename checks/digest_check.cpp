#include "checks/digest_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/hex.hpp"
#include "base/text.hpp"

namespace fatespec::checks {
namespace {

// Digests are written in either case.
TextExpectation in_lower_case(TextExpectation expectation) {
  if (expectation.reference) expectation.reference = expectation.reference->rewritten(longest_line, base::lower);
  return expectation;
}

/// A text that can be no digest of that kind is a mistake of the spec's, and no output will have it.
Reading with_hint(Reading reading, const TextExpectation& expected, const std::string& digest) {
  if (reading.finding != Finding::differs || !expected.reference) return reading;
  const std::string text(base::trim(expected.reference->head(longest_line)));
  if (text.size() != digest.size() || !base::is_hex(text))
    reading.reason += fmt::format("; what is expected is no {} ({} hexadecimal digits)", expected.label, digest.size());
  return reading;
}

}  // namespace

DigestCheck::DigestCheck(base::DigestAlgorithm algorithm, TextExpectation expectation)
    : digest_(algorithm), expected_(in_lower_case(std::move(expectation))) {}

void DigestCheck::consume(std::string_view bytes) {
  digest_.update(bytes);
  bytes_ += bytes.size();
}

Reading DigestCheck::finish() {
  const std::string digest = digest_.finish();
  return with_hint(check_line_about(expected_, digest, bytes_), expected_, digest);
}

MadeDigestCheck::MadeDigestCheck(TextExpectation expectation) : expected_(in_lower_case(std::move(expectation))) {}

void MadeDigestCheck::consume(std::string_view bytes) {
  constexpr std::size_t enough = 64 << 10;
  text_ += bytes.substr(0, enough - std::min(enough, text_.size()));
}

Reading MadeDigestCheck::finish() {
  const std::string_view text = base::trim(text_);
  // GNU's programs put a backslash in front of a digest if the file's name needs escapes.
  const std::size_t begin = text.starts_with('\\') ? 1 : 0;
  const auto bytes = base::parse_integer(base::trim(text.substr(std::min(text.size(), text.rfind('\n') + 1))));
  const std::size_t end = std::min(text.size(), text.find_first_of(" \t\r\n", begin));
  return check_line_about(expected_, std::string(text.substr(begin, end - begin)),
                          static_cast<std::uint64_t>(bytes.value_or(0)));
}

}  // namespace fatespec::checks
