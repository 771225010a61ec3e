// Tells outputs apart without a reference.
#pragma once

#include <memory>

#include "base/digest.hpp"
#include "checks/check.hpp"

namespace fatespec::checks {

/// A check that also gives its reading the digest of all that came in: where outputs are compared with each other, or
/// with the digest of a known one.
class FingerprintCheck final : public Check {
 public:
  FingerprintCheck(std::unique_ptr<Check> check, base::DigestAlgorithm algorithm)
      : check_(std::move(check)), digest_(algorithm) {}

  void consume(std::string_view bytes) override {
    digest_.update(bytes);
    check_->consume(bytes);
  }
  Reading finish() override {
    Reading reading = check_->finish();
    reading.fingerprint = digest_.finish();
    return reading;
  }

 private:
  std::unique_ptr<Check> check_;
  base::Digest digest_;
};

}  // namespace fatespec::checks
