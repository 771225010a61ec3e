#include "checks/stddev_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::checks {
namespace {

constexpr std::uint64_t shortest = 12;  // bytes: FATE's comparison cannot read less

std::uint64_t skip_of(std::int64_t shift, bool output) {
  if (output) return shift < 0 ? 0 - static_cast<std::uint64_t>(shift) : 0;
  return shift > 0 ? static_cast<std::uint64_t>(shift) : 0;
}

}  // namespace

StdDevCheck::StdDevCheck(const model::StdDev& parameters, ReferencePtr reference, TextExpectation expectation)
    : SampleCheck(std::move(reference), {parameters.format, parameters.format}, std::move(expectation),
                  skip_of(parameters.shift, true), skip_of(parameters.shift, false)),
      parameters_(parameters),
      deviation_(Deviation::of(parameters.format)) {}

void StdDevCheck::compare(const char* output, const char* reference, std::size_t samples) {
  deviation_->add(output, reference, samples);
}

std::string StdDevCheck::conclude(Reading& reading) {
  const std::string shown = deviation_->stddev();
  std::string line = fmt::format("stddev {}, PSNR {}, largest difference {}, bytes {} / {}", shown, deviation_->psnr(),
                                 deviation_->largest(), reference_bytes(), output_bytes());
  const double distance = std::fabs(base::parse_number(shown).value_or(NAN) - parameters_.target);
  const std::uint64_t apart = std::max(output_bytes(), reference_bytes()) - std::min(output_bytes(), reference_bytes());
  // The printed numbers are compared, so their decimal fractions must not lose to those of binary.
  const double rounding =
      1e-9 + 4 * std::numeric_limits<double>::epsilon() * (std::fabs(parameters_.target) + parameters_.fuzz);
  if (whole_output_bytes() < shortest || whole_reference_bytes() < shortest)
    reading.reason = fmt::format("{} has less than {} bytes",
                                 whole_output_bytes() < shortest ? "the output" : "the reference", shortest);
  else if (const auto sample = deviation_->not_finite())
    reading.reason = fmt::format("sample {} is infinite or not a number", *sample);
  else if (!(distance <= parameters_.fuzz + rounding))
    reading.reason = fmt::format("stddev {} is not within {} of {}; {}", shown, parameters_.fuzz, parameters_.target,
                                 deviation_->differences());
  if (apart > parameters_.size_tolerance)
    reading.reason += fmt::format("{}size is {} bytes, expected {}", reading.reason.empty() ? "" : "; ", output_bytes(),
                                  reference_bytes());
  if (!reading.reason.empty()) reading.finding = Finding::differs;
  return line;
}

}  // namespace fatespec::checks
