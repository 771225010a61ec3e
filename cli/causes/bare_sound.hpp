// What bare samples do not tell of themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "model/spec_string.hpp"

namespace fatespec::cli {

struct BareSound {
  int channels = 1;
  int rate = 44100;  ///< Hz; what FFmpeg takes if it is not told
};

/// What an ffmpeg command was told last of its samples (`-ac`, `-ar`).
BareSound bare_sound_of(const std::string& line);

/// What a test that compares samples says of them.
struct SampleComparison {
  model::SampleFormat expected = model::SampleFormat::s16;
  model::SampleFormat actual = model::SampleFormat::s16;
  std::uint64_t tolerance = 0;  ///< in steps of the format
  std::int64_t shift = 0;       ///< bytes to skip: of the reference, or if it is negative of the output
};
SampleComparison sample_comparison(const model::SpecString& spec);

/// What follows the first bytes of the samples, without a header, as a file of its own; `copy`: its name.
base::Result<std::string> without_first(const std::string& file, std::uint64_t bytes,
                                        const std::filesystem::path& copy);

/// True if it begins as a RIFF file, or a large one (RF64).
bool is_wave(const std::string& file);
/// What the header of a WAV file says of its samples; nothing of another file.
std::optional<BareSound> sound_of_wave(const std::string& file);

}  // namespace fatespec::cli
