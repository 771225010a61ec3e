// The parameters of the comparisons that work on samples.
#pragma once

#include <cstdint>
#include <string>

#include "model/spec_string.hpp"

namespace fatespec::model {

/// `{1OFF}`: no sample differs from the reference by more than `tolerance`.
struct OneOff {
  std::string reference;
  SampleFormat format = SampleFormat::s16;
  std::uint64_t tolerance = 1;       ///< in steps of the format
  std::uint64_t size_tolerance = 0;  ///< bytes
};

/// `{RMS}`: the root mean square of the sample differences, full scale being 1, is below `threshold`.
struct Rms {
  std::string reference;
  double threshold = 0;
  SampleFormat format = SampleFormat::s16;
  SampleFormat reference_format = SampleFormat::s16;
  std::uint64_t size_tolerance = 0;  ///< samples
};

/// `{STDDEV}`: the standard deviation of the differences is within `fuzz` of `target`.
struct StdDev {
  std::string reference;
  SampleFormat format = SampleFormat::s16;
  double target = 0;
  double fuzz = 1;
  std::uint64_t size_tolerance = 0;  ///< bytes
  std::int64_t shift = 0;            ///< bytes of the reference to skip; of the output if negative
};

}  // namespace fatespec::model
