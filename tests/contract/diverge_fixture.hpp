// A test whose output is damaged on purpose, and what `diverge` says of it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/support.hpp"

namespace fatespec::test::diverging {

inline constexpr int width = 64;
inline constexpr int height = 48;
inline constexpr int frames = 10;
inline constexpr std::size_t luma = static_cast<std::size_t>(width) * height;
inline constexpr std::size_t frame_bytes = luma * 3 / 2;

/// Frames of yuv420p that all differ from each other.
inline std::string pictures() {
  std::string bytes;
  for (int frame = 0; frame < frames; ++frame)
    for (std::size_t i = 0; i < frame_bytes; ++i) bytes += static_cast<char>(16 + (i / 7 + 11 * frame) % 200);
  return bytes;
}

/// A test whose output is the file a.raw of $SAMPLES_PATH, which the reference has whole and the test damaged.
class Diverge : public testing::Test {
 protected:
  static constexpr const char* video_input = "-f rawvideo -pix_fmt yuv420p -s 64x48 -r 25 -i $SAMPLES_PATH/a.raw";
  static constexpr const char* audio_input = "-f s16le -ar 8000 -ac 2 -i $SAMPLES_PATH/a.raw";

  void make(const std::string& good, const std::string& bad, const std::string& command) {
    directory_.write("good/a.raw", good);
    directory_.write("bad/a.raw", bad);
    directory_.write("fatespec.yaml",
                     "suites: [s.yaml]\nvariables: {SAMPLES_PATH: bad, OPTIONS: \"\"}\nreference: {SAMPLES_PATH: good" +
                         reference_ + "}\n");
    directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: '" + command + "', expect: {stdout: x}}]\n");
  }
  ProgramResult diverge(const std::string& options = "") {
    return fatespec("diverge s/t -o page " + options, directory_.path());
  }
  ProgramResult diverge_video(const std::function<void(std::string&)>& damage) {
    std::string bad = pictures();
    damage(bad);
    make(pictures(), bad, std::string("{MD5} ffmpeg -v error ") + video_input + " -f rawvideo -");
    return diverge();
  }
  bool exists(const std::string& file) { return std::filesystem::exists(directory_ / file); }

  TemporaryDirectory directory_;
  std::string reference_;  ///< more of the configuration's
};

/// Around the finding.
inline const std::string head = "s/t\n";
inline const std::string page = "  page: page/index.html\n";

}  // namespace fatespec::test::diverging
