// Which player this is, with which libraries, where.
#pragma once

#include <string>

namespace fatespec::player {

std::string sdl_version();
/// Name, system, release and processor.
std::string host_name();
/// A line each, "name: value".
std::string player_info();

}  // namespace fatespec::player
