// Pictures as files that every browser shows.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "ffmpeg/owners.hpp"

namespace fatespec::frames {

/// Of any pixel format; converted to RGB at full resolution.
base::Result<void> write_png(const AVFrame& frame, const std::filesystem::path& path);

/// A grey picture of this size with all pixels black.
ffmpeg::FramePtr grey_picture(int width, int height);

}  // namespace fatespec::frames
