// `{RMS}`: the root mean square of the sample differences, full scale being 1, is below a threshold.
#pragma once

#include <string_view>
#include <vector>

#include "checks/float_differences.hpp"
#include "checks/sample_check.hpp"
#include "model/spec_parameters.hpp"

namespace fatespec::checks {

/// The accuracy class of ISO/IEC 11172-4 (MPEG audio decoder compliance): "full" for an rms below 2^-15/sqrt(12) and
/// a peak of at most 2^-14, "limited" for an rms below 2^-11/sqrt(12), else "none".
std::string_view accuracy_class(double rms, double peak);

class RmsCheck final : public SampleCheck {
 public:
  RmsCheck(const model::Rms& parameters, ReferencePtr reference, TextExpectation expectation);

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override;
  void compare_block(const char* output, const char* reference, std::size_t samples, std::uint64_t position);
  std::string conclude(Reading& reading) override;

  model::Rms parameters_;
  std::vector<double> output_;
  std::vector<double> reference_;
  double squares_ = 0;
  double correction_ = 0;  ///< of Kahan's summation
  FloatDifferences differences_;
};

}  // namespace fatespec::checks
