#include "cli/common/tool_output.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::cli {

// coreutils' timeout holds the limit also when we are gone.
ToolAnswer ask_tool(const std::string& command, std::chrono::seconds limit) {
  ToolAnswer answer;
  const std::string limited =
      fmt::format("timeout -k 1 {} sh -c {} 2>/dev/null </dev/null", limit.count(), base::shell_quote(command));
  std::FILE* pipe = ::popen(limited.c_str(), "re");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    answer.text.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  if (status != -1 && WIFEXITED(status)) answer.status = WEXITSTATUS(status);
  return answer;
}

std::string tool_output(const std::string& command, std::chrono::seconds limit) {
  return ask_tool(command, limit).text;
}

}  // namespace fatespec::cli
