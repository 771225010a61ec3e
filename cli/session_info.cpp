#include "cli/session_info.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "cli/player_process.hpp"

namespace fatespec::cli {
namespace {

struct PipeCloser {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

/// The output of a command line of our own making; empty if it fails.
std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, PipeCloser> pipe(::popen((command + " 2>/dev/null").c_str(), "re"));
  if (!pipe) return "";
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), got);
  return text;
}

std::string revision() {
  const std::string git = output_of("git describe --always --dirty --abbrev=40");
  if (!git.empty()) return "git " + git;
  const std::string mercurial = output_of("hg id --id");
  if (!mercurial.empty()) return "hg " + mercurial;
  return "none\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> session_info() {
  return {{"_player_info.txt", output_of(base::shell_quote(player_program()) + " --info")},
          {"_revision.txt", revision()}};
}

}  // namespace fatespec::cli
