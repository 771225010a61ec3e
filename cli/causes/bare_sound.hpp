// What bare samples do not tell of themselves.
#pragma once

#include <optional>
#include <string>

namespace fatespec::cli {

struct BareSound {
  int channels = 1;
  int rate = 44100;  ///< Hz; what FFmpeg takes if it is not told
};

/// What an ffmpeg command was told last of its samples (`-ac`, `-ar`).
BareSound bare_sound_of(const std::string& line);

/// True if it begins as a RIFF file.
bool is_wave(const std::string& file);
/// What the header of a WAV file says of its samples; nothing of another file.
std::optional<BareSound> sound_of_wave(const std::string& file);

}  // namespace fatespec::cli
