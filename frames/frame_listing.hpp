// What a file holds, a line for each decoded frame, in the form of FFmpeg's framecrc muxer.
#pragma once

#include <functional>
#include <string_view>

#include "frames/media_reader.hpp"

namespace fatespec::frames {

/// Time base, kind and measure of each stream, then `stream, dts, pts, duration, size, adler32` of each frame. Sound is
/// one line for each decoded block.
base::Result<void> list_frames(const Input& input, const std::function<void(std::string_view)>& sink);

/// The samples of a block, channel beside channel; the pixels of a picture without padding. Empty if it cannot be told.
std::vector<std::uint8_t> packed_bytes(const AVFrame& frame);

}  // namespace fatespec::frames
