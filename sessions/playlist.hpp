// Which files of a samples directory are samples, and the lists that name them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::sessions {

/// By its extension, in capitals or not: nothing that a player opens.
bool is_no_sample(const std::string& name);

/// Where a playlist's names are looked up.
struct PlaylistPlace {
  std::filesystem::path samples;
  std::filesystem::path recordings;
  bool required = false;  ///< every name must be that of a sample
};

/// The names of a playlist's text: one a line, `#` begins a comment, `./` may stand in front (of a name that begins
/// with a `#` or a blank). Blanks around a name are its own only where there is such a sample or recording. Each must
/// stand there once and be nothing that no player opens.
base::Result<std::vector<std::string>> parse_playlist(const std::string& text, const PlaylistPlace& place);

/// The text of which parse_playlist() makes these names again.
std::string playlist_text(const std::vector<std::string>& names);

/// The samples in a directory that a playlist can name, sorted.
std::vector<std::string> samples_in(const std::filesystem::path& directory);

}  // namespace fatespec::sessions
