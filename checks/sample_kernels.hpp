// The inner loops over samples, written for the vectoriser. All samples are little endian and may be unaligned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/spec_string.hpp"

namespace fatespec::checks {

/// Samples that a check converts to doubles at once: two such blocks are 32 KiB, what a first-level cache holds.
constexpr std::size_t sample_block = 2048;

/// The largest absolute difference of integer samples, in steps of the format.
std::uint64_t largest_difference(model::SampleFormat format, const char* a, const char* b, std::size_t samples);

/// How many integer samples differ by more than `tolerance`, and the first that does.
struct Excess {
  std::uint64_t count = 0;
  std::size_t first = 0;
};
Excess count_excess(model::SampleFormat format, const char* a, const char* b, std::size_t samples,
                    std::uint64_t tolerance);

/// How many samples differ at all, and the first that does. Of u8 and s16.
Excess count_differing(model::SampleFormat format, const char* a, const char* b, std::size_t samples);
Excess count_differing(const double* a, const double* b, std::size_t samples);

/// The sum of the squared differences of u8 or s16 samples, exactly.
std::uint64_t sum_of_squares(model::SampleFormat format, const char* a, const char* b, std::size_t samples);

/// Samples as doubles: integers in steps of their format, floats as they are.
void to_doubles(model::SampleFormat format, const char* bytes, std::size_t samples, double* out);

/// What one step of the format is when full scale is 1.
double step_of(model::SampleFormat format);

struct DoubleDifference {
  double squares = 0;
  double largest = 0;
  bool finite = true;  ///< false: some difference is infinite or not a number
};
/// Differences of doubles; equal values differ by 0 even if they are infinite.
DoubleDifference difference(const double* a, const double* b, std::size_t samples);

struct DifferencePlaces {
  std::size_t largest = 0;                ///< the first of the largest differences
  std::optional<std::size_t> not_finite;  ///< the first difference that is infinite or not a number
};
/// For those blocks of which difference() tells that it is worth it.
DifferencePlaces places_of_differences(const double* a, const double* b, std::size_t samples);

}  // namespace fatespec::checks
