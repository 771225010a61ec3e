#include "checks/stddev_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "checks/sample_kernels.hpp"

namespace fatespec::checks {
namespace {

constexpr std::uint64_t shortest = 12;  // bytes: FATE's comparison cannot read less

std::uint64_t skip_of(std::int64_t shift, bool output) {
  if (output) return shift < 0 ? 0 - static_cast<std::uint64_t>(shift) : 0;
  return shift > 0 ? static_cast<std::uint64_t>(shift) : 0;
}

double float_scale(model::SampleFormat format) { return format == model::SampleFormat::f32 ? 0x1p24 : 0x1p32; }

std::uint64_t integer_sqrt(std::uint64_t value) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

}  // namespace

std::uint64_t stddev_hundredths(std::uint64_t squares, std::uint64_t count) {
  if (count == 0) count = 1;
  return integer_sqrt(squares / count * 10000 + (squares % count * 10000 + count / 2) / count);
}

StdDevCheck::StdDevCheck(const model::StdDev& parameters, ReferencePtr reference, TextExpectation expectation)
    : SampleCheck(std::move(reference), {parameters.format, parameters.format}, std::move(expectation),
                  skip_of(parameters.shift, true), skip_of(parameters.shift, false)),
      parameters_(parameters),
      output_(sample_block),
      reference_(sample_block) {}

void StdDevCheck::compare(const char* output, const char* reference, std::size_t samples) {
  if (model::is_float(parameters_.format)) {
    compare_floats(output, reference, samples);
    return;
  }
  squares_ += sum_of_squares(parameters_.format, output, reference, samples);
  const std::uint64_t largest = largest_difference(parameters_.format, output, reference, samples);
  if (largest > 0) differing_.add(count_differing(parameters_.format, output, reference, samples), compared());
  if (largest <= largest_) return;
  largest_ = largest;
  largest_at_ = compared() + count_excess(parameters_.format, output, reference, samples, largest - 1).first;
}

void StdDevCheck::compare_floats(const char* output, const char* reference, std::size_t samples) {
  const std::size_t width = model::bytes_per_sample(parameters_.format);
  for (std::size_t at = 0; at < samples; at += sample_block) {
    const std::size_t n = std::min(sample_block, samples - at);
    to_doubles(parameters_.format, output + at * width, n, output_.data());
    to_doubles(parameters_.format, reference + at * width, n, reference_.data());
    float_squares_ += float_differences_.add(output_.data(), reference_.data(), n, compared() + at);
  }
}

std::string StdDevCheck::deviation() const {
  if (model::is_float(parameters_.format)) {
    const double count = std::max<double>(1, static_cast<double>(compared()));
    return fmt::format("{:.2f}", std::sqrt(float_squares_ / count) * float_scale(parameters_.format));
  }
  const std::uint64_t hundredths = stddev_hundredths(squares_, compared());
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

// 20 log10(largest value / standard deviation); 999.99 where nothing differs.
std::string StdDevCheck::psnr() const {
  const bool floating = model::is_float(parameters_.format);
  const double squares = floating ? float_squares_ : static_cast<double>(squares_);
  if (squares == 0) return "999.99";
  const double mean = squares / std::max<double>(1, static_cast<double>(compared()));
  const double full = floating ? 2.0 : parameters_.format == model::SampleFormat::u8 ? 255.0 : 65535.0;
  return fmt::format("{:.2f}", 20 * std::log10(full) - 10 * std::log10(mean));
}

std::string StdDevCheck::largest() const {
  if (!model::is_float(parameters_.format)) return fmt::format("{}", largest_);
  const double scaled = float_differences_.largest() * float_scale(parameters_.format);
  return std::isfinite(scaled) ? fmt::format("{:.0f}", std::trunc(scaled)) : "inf";
}

std::string StdDevCheck::differences() const {
  const bool floating = model::is_float(parameters_.format);
  if (floating ? float_differences_.largest() == 0 : largest_ == 0) return "nothing differs";
  const DifferingSamples& differing = floating ? float_differences_.differing() : differing_;
  return fmt::format("{}; the largest difference is {}, at sample {}", differing.describe(compared()), largest(),
                     floating ? float_differences_.largest_at() : largest_at_);
}

std::string StdDevCheck::conclude(Reading& reading) {
  const std::string shown = deviation();
  std::string line = fmt::format("stddev {}, PSNR {}, largest difference {}, bytes {} / {}", shown, psnr(), largest(),
                                 reference_bytes(), output_bytes());
  const double distance = std::fabs(base::parse_number(shown).value_or(NAN) - parameters_.target);
  const std::uint64_t apart = std::max(output_bytes(), reference_bytes()) - std::min(output_bytes(), reference_bytes());
  // The printed numbers are compared, so their decimal fractions must not lose to those of binary.
  const double rounding =
      1e-9 + 4 * std::numeric_limits<double>::epsilon() * (std::fabs(parameters_.target) + parameters_.fuzz);
  if (whole_output_bytes() < shortest || whole_reference_bytes() < shortest)
    reading.reason = fmt::format("{} has less than {} bytes",
                                 whole_output_bytes() < shortest ? "the output" : "the reference", shortest);
  else if (const auto sample = float_differences_.not_finite())
    reading.reason = fmt::format("sample {} is infinite or not a number", *sample);
  else if (!(distance <= parameters_.fuzz + rounding))
    reading.reason =
        fmt::format("stddev {} is not within {} of {}; {}", shown, parameters_.fuzz, parameters_.target, differences());
  if (apart > parameters_.size_tolerance)
    reading.reason += fmt::format("{}size is {} bytes, expected {}", reading.reason.empty() ? "" : "; ", output_bytes(),
                                  reference_bytes());
  if (!reading.reason.empty()) reading.finding = Finding::differs;
  return line;
}

}  // namespace fatespec::checks
