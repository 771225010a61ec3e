// Which frame of one output is which of another.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "checks/frame_report.hpp"

namespace fatespec::checks {

/// A place at which one stream has frames that the other has not.
struct FrameHole {
  std::size_t expected = 0;  ///< the place, among the expected frames
  std::size_t actual = 0;
  std::size_t missing = 0;
  std::size_t added = 0;
};

/// Which expected frame is which actual one, both in their order.
struct FramePairing {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<FrameHole> holes;
};

/// The first with the first, and so on.
FramePairing one_after_another(std::size_t count);

/// Pairs the frames of a stream by their contents, so that a frame that is missing says nothing of those behind it; of
/// frames in a row that have no counterpart, as many as both have have changed. Where there are as many, one after
/// another, unless fewer are unlike that way.
FramePairing pair_frames(const std::vector<FramePacket>& expected, const std::vector<FramePacket>& actual);

}  // namespace fatespec::checks
