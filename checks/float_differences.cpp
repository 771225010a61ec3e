#include "checks/float_differences.hpp"

#include <fmt/format.h>

namespace fatespec::checks {

void DifferingSamples::add(const Excess& block, std::uint64_t position) {
  if (block.count == 0) return;
  if (count_ == 0) first_ = position + block.first;
  count_ += block.count;
}

std::string DifferingSamples::describe(std::uint64_t compared) const {
  return fmt::format("{} of {} samples differ, first at sample {}", count_, compared, first_);
}

// Most blocks of a good output differ by nothing, or by less than an earlier one: only the others are looked at again.
double FloatDifferences::add(const double* output, const double* reference, std::size_t samples,
                             std::uint64_t position) {
  const DoubleDifference found = difference(output, reference, samples);
  if (found.finite && found.largest == 0) return found.squares;
  differing_.add(count_differing(output, reference, samples), position);
  if (found.finite && found.largest <= largest_) return found.squares;
  const DifferencePlaces places = places_of_differences(output, reference, samples);
  if (places.not_finite && !not_finite_) not_finite_ = position + *places.not_finite;
  if (found.largest > largest_) {
    largest_ = found.largest;
    largest_at_ = position + places.largest;
  }
  return found.squares;
}

}  // namespace fatespec::checks
