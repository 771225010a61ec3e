#include "remote/board_tools.hpp"

#include "base/text.hpp"

namespace fatespec::remote {

BoardTools parse_hello(const std::string& text) {
  BoardTools tools;
  for (const auto line : base::split_lines(text)) {
    const auto space = line.find(' ');
    const std::string_view what = line.substr(0, space);
    const std::string value(space == std::string_view::npos ? "" : line.substr(space + 1));
    if (what == "boot") tools.boot = value;
    if (what == "launcher") tools.launcher = value;
    if (what == "time") tools.measure = value;
    if (what == "tool") tools.programs.insert(value);
  }
  return tools;
}

std::string missing_tool(const BoardTools& tools) {
  for (const char* needed : {"mkfifo", "grep", "sed", "setsid"})
    if (!tools.programs.contains(needed)) return needed;
  return "";
}

}  // namespace fatespec::remote
