// `{STDDEV}`: the standard deviation of the differences is what it was, within a fuzz. The rule of FATE's `stddev`.
#pragma once

#include <vector>

#include "checks/float_differences.hpp"
#include "checks/sample_check.hpp"
#include "model/spec_parameters.hpp"

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
  /// The largest difference as it is printed: a whole number.
  std::string largest() const;
  /// Which samples differ, and which one by most.
  std::string differences() const;

  model::StdDev parameters_;
  /// Of integers, exactly.
  std::uint64_t squares_ = 0;
  std::uint64_t largest_ = 0;
  std::uint64_t largest_at_ = 0;  ///< of the samples that are compared
  DifferingSamples differing_;
  /// Of floats.
  double float_squares_ = 0;
  FloatDifferences float_differences_;
  std::vector<double> output_;
  std::vector<double> reference_;
};

}  // namespace fatespec::checks
