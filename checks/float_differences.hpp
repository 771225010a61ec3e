// How two streams of floating-point samples differ, as RMS and STDDEV tell it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "checks/sample_kernels.hpp"

namespace fatespec::checks {

/// Which samples differ, for whoever reads of a failure.
class DifferingSamples {
 public:
  /// Of a block whose first sample has that number.
  void add(const Excess& block, std::uint64_t position);
  bool any() const { return count_ > 0; }
  /// "3 of 100 samples differ, first at sample 7".
  std::string describe(std::uint64_t compared) const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t first_ = 0;
};

/// Blocks of samples go in, in their order; what is asked for covers all of them.
class FloatDifferences {
 public:
  /// `position`: the number of the block's first sample. Returns the sum of the block's squared differences.
  double add(const double* output, const double* reference, std::size_t samples, std::uint64_t position);

  double largest() const { return largest_; }
  /// The number of the first sample that differs as much; 0 if none differs.
  std::uint64_t largest_at() const { return largest_at_; }
  /// The number of the first sample whose difference is infinite or not a number.
  std::optional<std::uint64_t> not_finite() const { return not_finite_; }
  const DifferingSamples& differing() const { return differing_; }

 private:
  double largest_ = 0;
  std::uint64_t largest_at_ = 0;
  std::optional<std::uint64_t> not_finite_;
  DifferingSamples differing_;
};

}  // namespace fatespec::checks
