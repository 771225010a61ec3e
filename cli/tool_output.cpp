#include "cli/tool_output.hpp"

#include <array>
#include <cstdio>
#include <memory>

namespace fatespec::cli {
namespace {

struct PipeCloser {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

}  // namespace

std::string tool_output(const std::string& command) {
  const std::unique_ptr<std::FILE, PipeCloser> pipe(::popen((command + " 2>/dev/null </dev/null").c_str(), "re"));
  if (!pipe) return "";
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), got);
  return text;
}

}  // namespace fatespec::cli
