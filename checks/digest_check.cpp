#include "checks/digest_check.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::checks {

DigestCheck::DigestCheck(base::DigestAlgorithm algorithm, TextExpectation expectation)
    : digest_(algorithm), expected_(std::move(expectation)) {
  // Digests are written in either case.
  if (expected_.reference)
    expected_.reference = std::make_shared<Reference>(base::lower(expected_.reference->head(std::uint64_t{1} << 20)));
}

void DigestCheck::consume(std::string_view bytes) {
  digest_.update(bytes);
  bytes_ += bytes.size();
}

Reading DigestCheck::finish() {
  const auto size = std::exchange(expected_.size, std::nullopt);  // bounds are those of the output, not of the digest
  Reading reading = check_line(expected_, digest_.finish());
  if (!reading.passed) reading.reason += fmt::format(" ({} bytes)", bytes_);
  const bool small = size && size->min && bytes_ < *size->min;
  const bool large = size && size->max && bytes_ > *size->max;
  if (reading.passed && (small || large)) {
    reading.passed = false;
    reading.reason = fmt::format("the output has {} bytes, {} {}", bytes_, small ? "less than" : "more than",
                                 small ? *size->min : *size->max);
  }
  return reading;
}

}  // namespace fatespec::checks
