// `{STDDEV}`: the standard deviation of the differences is what it was, within a fuzz. The rule of FATE's `stddev`.
#pragma once

#include <vector>

#include "checks/sample_check.hpp"
#include "model/comparison.hpp"

namespace fatespec::checks {

/// The standard deviation of integer samples in hundredths: floor(sqrt(10000 * squares / count)), with the quotient
/// rounded to the nearest integer first.
std::uint64_t stddev_hundredths(std::uint64_t squares, std::uint64_t count);

class StdDevCheck final : public SampleCheck {
 public:
  StdDevCheck(const model::StdDev& parameters, ReferencePtr reference, TextExpectation expectation);

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override;
  void compare_floats(const char* output, const char* reference, std::size_t samples);
  std::string conclude(Reading& reading) override;
  /// The standard deviation as it is printed: two decimals.
  std::string deviation() const;
  std::string psnr() const;

  model::StdDev parameters_;
  std::uint64_t squares_ = 0;
  std::uint64_t largest_ = 0;
  double float_squares_ = 0;
  double float_largest_ = 0;
  std::uint64_t largest_at_ = 0;  ///< of the samples that are compared
  std::uint64_t not_finite_ = 0;  ///< 1 + the position of the first such difference
  std::vector<double> output_;
  std::vector<double> reference_;
  DifferingSamples differing_;
};

}  // namespace fatespec::checks
