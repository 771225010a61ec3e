// Where two pictures differ, component by component.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ffmpeg/owners.hpp"

namespace fatespec::frames {

/// Y, U and V, or R, G and B, and A, as they are coded: chroma has its own size.
struct ComponentDifference {
  std::string name;
  int width = 0;
  int height = 0;
  std::uint64_t differing = 0;
  int first_x = 0;  ///< of the first that differs, line after line; in units of the component's own samples
  int first_y = 0;
  double largest = 0;          ///< in steps of the component's depth
  std::optional<double> psnr;  ///< dB, over the whole component; nothing if it is the same
};

struct PictureDifference {
  std::string format;  ///< of both, as FFmpeg names it; "a, expected b" where they are not the same
  int width = 0;
  int height = 0;
  /// Other size or pixel format: there is nothing to compare sample by sample.
  bool comparable = true;
  std::vector<ComponentDifference> components;
  /// White where all of the largest difference is, black where there is none, never darker than a quarter between.
  ffmpeg::FramePtr map;
};

base::Result<PictureDifference> compare_pictures(const AVFrame& expected, const AVFrame& actual);

}  // namespace fatespec::frames
