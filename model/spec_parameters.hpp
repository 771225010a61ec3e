// What the arguments of a spec string say, by its type.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/defect.hpp"
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

/// `{PLAYER}`.
struct PlayerOptions {
  bool virtual_clock = false;
  std::uint64_t max_defects = 0;           ///< of each kind that has no limit of its own
  std::map<Defect, std::uint64_t> limits;  ///< how many of that kind there may be
  std::string inject;                      ///< faults to order, for tests of the player
};

}  // namespace fatespec::model
