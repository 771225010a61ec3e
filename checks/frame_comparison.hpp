// What differs between two outputs of FFmpeg's frame muxers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "checks/frame_report.hpp"

namespace fatespec::checks {

/// The packets at which two reports part, by their places in the stream.
struct FirstFrames {
  int stream = 0;
  std::optional<std::size_t> expected;  ///< nothing if it is one too many
  std::optional<std::size_t> actual;    ///< nothing if it is missing
};

/// What kind of difference matters first.
enum class FrameChange {
  missing,
  too_many,
  swapped,  ///< two have changed places
  all,      ///< the contents of all frames of a stream
  one,
  some,
  sizes,       ///< and no contents
  timestamps,  ///< and nothing else of the stream
  header,
};

struct FrameDifference {
  FrameChange change = FrameChange::header;
  bool same_sizes = false;           ///< where contents differ
  std::string summary;               ///< the first that matters, in one line
  std::vector<std::string> further;  ///< what else differs, a line each
  /// Of the first stream in which contents differ; nothing if it is times or headers alone.
  std::optional<FirstFrames> first = {};
};

/// Nothing if they say the same. Packets are compared stream by stream, as frame_alignment.hpp pairs them.
std::optional<FrameDifference> compare_frame_reports(const FrameReport& expected, const FrameReport& actual);

}  // namespace fatespec::checks
