// What a session notes about its surroundings when it is made.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fatespec::cli {

/// Files by name: the player with its libraries and host, and the revision of the source tree in the working directory.
std::vector<std::pair<std::string, std::string>> session_info();

}  // namespace fatespec::cli
