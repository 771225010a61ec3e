// Where two sounds differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frames/media_reader.hpp"

namespace fatespec::frames {

/// Samples are numbered for each channel, from 0.
struct SampleDifference {
  std::int64_t sample = 0;
  int channel = 0;
  double expected = 0;  ///< as the format codes it: an integer, or a float; of two formats as parts of full scale
  double actual = 0;
};

struct AudioDifference {
  std::string format;  ///< of the expected one, as FFmpeg names it
  int rate = 0;        ///< Hz
  int channels = 0;
  /// Other rate or channels: nothing was compared. What they are.
  std::string not_comparable;
  std::int64_t expected_samples = 0;
  std::int64_t actual_samples = 0;
  std::uint64_t differing = 0;  ///< values, over all channels
  std::vector<std::uint64_t> differing_of_channel;
  double largest = 0;  ///< relative to full scale
  std::optional<SampleDifference> first;
  /// The level of the difference over time, dB relative to full scale: a block each, -inf where there is none.
  std::vector<double> levels;
  double level_seconds = 0;  ///< of one block
  /// Both around the first difference, relative to full scale, in its channel.
  std::int64_t wave_from = 0;
  std::vector<double> wave_expected;
  std::vector<double> wave_actual;
};

/// Stream `stream` of both, sample against sample, in one pass with little memory. Differences of `tolerance` and less
/// are none; steps of the expected format.
base::Result<AudioDifference> compare_sound(const Input& expected, const Input& actual, int stream, double tolerance);

}  // namespace fatespec::frames
