#include "cli/session/session_info.hpp"

#include "base/text.hpp"
#include "cli/common/tool_output.hpp"
#include "cli/session/player_process.hpp"

namespace fatespec::cli {
namespace {

std::string revision() {
  const std::string git = tool_output("git describe --always --dirty --abbrev=40");
  if (!git.empty()) return "git " + git;
  const std::string mercurial = tool_output("hg id --id");
  if (!mercurial.empty()) return "hg " + mercurial;
  return "none\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> session_info() {
  return {{"_player_info.txt", tool_output(base::shell_quote(player_program()) + " --info")},
          {"_revision.txt", revision()}};
}

}  // namespace fatespec::cli
