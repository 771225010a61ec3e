#include <cstdio>

#include <fmt/format.h>

#include "base/signals.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/session/player_process.hpp"

namespace fatespec::cli {
namespace {

/// The value of `--record FILE` or `--record=FILE`.
std::string recording_of(const std::vector<std::string>& arguments) {
  constexpr std::string_view option = "--record";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == option && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with("--record=")) return arguments[i].substr(option.size() + 1);
  }
  return "";
}

ExitCode play(const std::vector<std::string>& arguments) {
  const std::string recording = recording_of(arguments);
  const auto ended = run_player(arguments, recording);
  if (!ended) return complain(ended.error());
  if (ended->signal != 0) {
    std::fprintf(stderr, "fatespec: the player was ended by %s%s\n", base::signal_name(ended->signal).c_str(),
                 recording.empty() ? "" : fmt::format("; what it did until then is in {}", recording).c_str());
  }
  return static_cast<ExitCode>(ended->status);
}

}  // namespace

void add_play(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand("play", "the debugging player (fatespec play --help)");
  // All that follows is the player's.
  command->prefix_command();
  command->set_help_flag();
  command->callback([command, &exit_code] { exit_code = play(command->remaining()); });
}

}  // namespace fatespec::cli
