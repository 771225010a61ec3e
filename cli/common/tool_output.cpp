#include "cli/common/tool_output.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace fatespec::cli {

ToolAnswer ask_tool(const std::string& command) {
  ToolAnswer answer;
  std::FILE* pipe = ::popen(("{ " + command + "\n} 2>/dev/null </dev/null").c_str(), "re");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    answer.text.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  if (status != -1 && WIFEXITED(status)) answer.status = WEXITSTATUS(status);
  return answer;
}

std::string tool_output(const std::string& command) { return ask_tool(command).text; }

}  // namespace fatespec::cli
