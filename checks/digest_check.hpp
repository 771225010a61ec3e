// `{MD5}` and its kin: the stdout becomes the digest of what arrives.
#pragma once

#include <cstdint>

#include "base/digest.hpp"
#include "checks/check.hpp"
#include "checks/text_check.hpp"

namespace fatespec::checks {

class DigestCheck final : public Check {
 public:
  DigestCheck(base::DigestAlgorithm algorithm, TextExpectation expectation);
  void consume(std::string_view bytes) override;
  Reading finish() override;

 private:
  base::Digest digest_;
  TextExpectation expected_;
  std::uint64_t bytes_ = 0;
};

/// Takes a digest that was made elsewhere: the first word of what arrives, and in the last line the number of bytes
/// that it is about.
class MadeDigestCheck final : public Check {
 public:
  explicit MadeDigestCheck(TextExpectation expectation);
  void consume(std::string_view bytes) override;
  Reading finish() override;

 private:
  TextExpectation expected_;
  std::string text_;
};

}  // namespace fatespec::checks
