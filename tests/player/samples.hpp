// Samples that tests make with ffmpeg, once for each program of tests.
#pragma once

#include <string>

namespace fatespec::test {

/// The path of a sample: "h264_aac.mp4", … (samples.cpp has the list).
std::string sample(const std::string& name);

/// Where they are.
const std::string& sample_directory();

}  // namespace fatespec::test
