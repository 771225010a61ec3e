// Which files of a samples directory are samples, and the lists that name them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::sessions {

/// By its extension, in capitals or not: nothing that a player opens.
bool is_no_sample(const std::string& name);

/// The names of a playlist's text: one a line, `#` begins a comment. Each must be a file in `samples` (if that is not
/// empty), once, and nothing that no player opens.
base::Result<std::vector<std::string>> parse_playlist(const std::string& text, const std::filesystem::path& samples);

}  // namespace fatespec::sessions
