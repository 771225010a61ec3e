// What the control script's `hello` tells of a board.
#pragma once

#include <set>
#include <string>

namespace fatespec::remote {

struct BoardTools {
  std::string boot;                ///< id of its boot: another one means that it went down
  std::string launcher;            ///< path of the program of launcher/launch.c; empty: the board cannot run it
  std::string measure;             ///< the program that measures another one, as a command; empty: none
  std::set<std::string> programs;  ///< that are there, of those that are looked for
};

BoardTools parse_hello(const std::string& text);

/// A program without which the supervisors cannot work and that is not there; empty if nothing is missing.
std::string missing_tool(const BoardTools& tools);

}  // namespace fatespec::remote
