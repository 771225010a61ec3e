#include "checks/rms_check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "checks/sample_kernels.hpp"

namespace fatespec::checks {

std::string_view accuracy_class(double rms, double peak) {
  const double root12 = std::sqrt(12.0);
  if (rms < std::ldexp(1.0, -15) / root12 && peak <= std::ldexp(1.0, -14)) return "full";
  return rms < std::ldexp(1.0, -11) / root12 ? "limited" : "none";
}

RmsCheck::RmsCheck(const model::Rms& parameters, ReferencePtr reference, TextExpectation expectation)
    : SampleCheck(std::move(reference), {parameters.format, parameters.reference_format}, std::move(expectation)),
      parameters_(parameters),
      output_(sample_block),
      reference_(sample_block) {}

void RmsCheck::compare(const char* output, const char* reference, std::size_t samples) {
  const std::size_t output_width = model::bytes_per_sample(formats().output);
  const std::size_t reference_width = model::bytes_per_sample(formats().reference);
  for (std::size_t at = 0; at < samples; at += sample_block)
    compare_block(output + at * output_width, reference + at * reference_width, std::min(sample_block, samples - at),
                  compared() + at);
}

void RmsCheck::compare_block(const char* output, const char* reference, std::size_t samples, std::uint64_t position) {
  to_doubles(formats().output, output, samples, output_.data());
  to_doubles(formats().reference, reference, samples, reference_.data());
  const double output_step = step_of(formats().output);
  const double reference_step = step_of(formats().reference);
  for (std::size_t i = 0; i < samples; ++i) output_[i] *= output_step;
  for (std::size_t i = 0; i < samples; ++i) reference_[i] *= reference_step;
  const double squares = differences_.add(output_.data(), reference_.data(), samples, position);
  const double addend = squares - correction_;
  const double sum = squares_ + addend;
  correction_ = (sum - squares_) - addend;
  squares_ = sum;
}

std::string RmsCheck::conclude(Reading& reading) {
  const std::uint64_t output_samples = output_bytes() / model::bytes_per_sample(formats().output);
  const std::uint64_t reference_samples = reference_bytes() / model::bytes_per_sample(formats().reference);
  const double rms = compared() == 0 ? 0.0 : std::sqrt(squares_ / static_cast<double>(compared()));
  const double peak = differences_.largest();
  const auto not_finite = differences_.not_finite();
  std::string line = fmt::format("rms {:.6g}, peak {:.6g}, {} samples, accuracy {}", rms, peak, compared(),
                                 not_finite || compared() == 0 ? "none" : accuracy_class(rms, peak));
  const std::uint64_t apart = std::max(output_samples, reference_samples) - std::min(output_samples, reference_samples);
  if (not_finite) reading.reason = fmt::format("sample {} is infinite or not a number", *not_finite);
  else if (!(rms < parameters_.threshold))
    reading.reason =
        fmt::format("rms {:.6g} is not below {:.6g}; {}; the peak is {:.6g}, at sample {}", rms, parameters_.threshold,
                    differences_.differing().describe(compared()), peak, differences_.largest_at());
  if (apart > parameters_.size_tolerance)
    reading.reason +=
        fmt::format("{}{} samples, expected {}", reading.reason.empty() ? "" : "; ", output_samples, reference_samples);
  if (!reading.reason.empty()) reading.finding = Finding::differs;
  return line;
}

}  // namespace fatespec::checks
