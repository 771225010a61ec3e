#include "checks/one_off_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "checks/sample_kernels.hpp"

namespace fatespec::checks {

OneOffCheck::OneOffCheck(const model::OneOff& parameters, ReferencePtr reference, TextExpectation expectation)
    : SampleCheck(std::move(reference), {parameters.format, parameters.format}, std::move(expectation)),
      parameters_(parameters) {}

void OneOffCheck::compare(const char* output, const char* reference, std::size_t samples) {
  const std::uint64_t largest = largest_difference(parameters_.format, output, reference, samples);
  largest_ = std::max(largest_, largest);
  if (largest <= parameters_.tolerance) return;
  const Excess excess = count_excess(parameters_.format, output, reference, samples, parameters_.tolerance);
  if (differing_ == 0) first_ = compared() + excess.first;
  differing_ += excess.count;
}

std::string OneOffCheck::conclude(Reading& reading) {
  const std::uint64_t longer = std::max(output_bytes(), reference_bytes());
  const std::uint64_t shorter = std::min(output_bytes(), reference_bytes());
  const std::uint64_t byte = first_ * model::bytes_per_sample(parameters_.format);
  if (differing_ > 0)
    reading.reason = fmt::format("{} / {} values differ by more than {}, first at sample {} (byte {}), by at most {}",
                                 differing_, compared(), parameters_.tolerance, first_, byte, largest_);
  if (longer - shorter > parameters_.size_tolerance)
    reading.reason += fmt::format("{}size is {} bytes, expected {}", reading.reason.empty() ? "" : "; ", output_bytes(),
                                  reference_bytes());
  if (!reading.reason.empty()) reading.finding = Finding::differs;
  return reading.reason;
}

}  // namespace fatespec::checks
