// fatespec session: making, choosing and protecting sessions. Playing and reporting are in command_session_play.cpp.
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/session/session_commands.hpp"
#include "cli/session/session_help.hpp"
#include "cli/session/session_info.hpp"
#include "sessions/stale_reports.hpp"

namespace fatespec::cli {
namespace {

ExitCode make(const SessionOptions& options, const std::string& name, const std::string& playlist) {
  const auto directory = samples_directory(options);
  const auto made = directory.create(name, playlist, session_info());
  if (!made) return complain(made.error());
  if (const auto activated = directory.activate(name); !activated) {
    (void)base::remove_tree(made->directory());  // as a whole or not at all
    return complain(activated.error());
  }
  std::printf("session %s made and active: %s\n", name.c_str(), made->directory().c_str());
  return ExitCode::success;
}

ExitCode activate(const SessionOptions& options, const std::optional<std::string>& name) {
  const auto activated = samples_directory(options).activate(name);
  if (!activated) return complain(activated.error());
  std::printf("%s\n", name ? ("active: " + *name).c_str() : "no session is active");
  return ExitCode::success;
}

ExitCode list(const SessionOptions& options) {
  const auto directory = samples_directory(options);
  const auto names = directory.list();
  if (!names) return complain(names.error());
  const auto active = directory.active();
  if (!active) return complain(active.error());
  if (names->empty()) std::printf("no sessions yet\n");
  for (const auto& name : *names) std::printf("%s %s\n", *active == name ? "*" : " ", name.c_str());
  return ExitCode::success;
}

ExitCode status(const SessionOptions& options) {
  const auto chosen = chosen_session(options);
  if (!chosen) return chosen.error();
  const auto& session = *chosen;
  const auto permissions = session.permissions();
  if (!permissions) return complain(permissions.error());
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  std::size_t recorded = 0;
  std::error_code ignored;
  for (const auto& sample : *playlist) recorded += std::filesystem::exists(session.recording(sample), ignored) ? 1 : 0;
  std::printf("session    %s\ndirectory  %s\nsamples    %zu, %zu recorded\nprotected  %s\n", session.name().c_str(),
              session.directory().c_str(), playlist->size(), recorded,
              permissions->protect_raw_data && permissions->protect_reports ? "raw_data reports"
              : permissions->protect_raw_data                               ? "raw_data"
              : permissions->protect_reports                                ? "reports"
                                                                            : "nothing");
  if (permissions->dev_debug) std::printf("dev_debug  raw data may be rewritten\n");
  if (permissions->quarantined) std::printf("origin     unpacked from an archive: its recordings stay as they came\n");
  for (const auto& report : sessions::stale_reports(session))
    std::printf("stale      %s: of an earlier recording\n", base::printable(report).c_str());
  return ExitCode::success;
}

ExitCode protect(const SessionOptions& options, const std::string& what, bool on) {
  const auto chosen = chosen_session(options);
  if (!chosen) return chosen.error();
  const auto& session = *chosen;
  auto permissions = session.permissions();
  if (!permissions) return complain(permissions.error());
  if (!on && permissions->quarantined && what != "reports") {
    complain(fmt::format("session `{}` came from elsewhere: its raw data stay protected", session.name()));
    return ExitCode::usage;
  }
  if (what != "reports") permissions->protect_raw_data = on;
  if (what != "raw_data") permissions->protect_reports = on;
  if (const auto set = session.set_permissions(*permissions); !set) return complain(set.error());
  return status(options);
}

void add_protection(CLI::App& group, const char* name, bool on, ExitCode& exit_code) {
  auto options = std::make_shared<SessionOptions>();
  auto what = std::make_shared<std::string>();
  CLI::App* command = group.add_subcommand(name, on ? "forbid changes" : "allow changes again");
  command->add_option("WHAT", *what, "raw_data or reports; both by default")
      ->check(CLI::IsMember({"raw_data", "reports"}));
  add_session_options(*command, *options);
  command->footer(fmt::format("Example:\n  fatespec session {} raw_data", name));
  command->callback([options, what, on, &exit_code] { exit_code = protect(*options, *what, on); });
}

void add_choosing(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<SessionOptions>();
  auto name = std::make_shared<std::string>();
  auto playlist = std::make_shared<std::string>();
  CLI::App* make_command = group.add_subcommand("new", "make a session and activate it");
  make_command->add_option("NAME", *name, "letters, digits, `-`, `_` and `.`")->required();
  make_command->add_option("PLAYLIST", *playlist, "a file with a sample's name on each line; all samples by default");
  add_samples_option(*make_command, *options);
  make_command->footer("Example:\n  fatespec session new before-change --samples-dir samples");
  make_command->callback([=, &exit_code] { exit_code = make(*options, *name, *playlist); });
  CLI::App* activate_command = group.add_subcommand("activate", "make a session the one that commands are about");
  activate_command->add_option("NAME", *name)->required();
  add_samples_option(*activate_command, *options);
  activate_command->footer("Example:\n  fatespec session activate before-change");
  activate_command->callback([=, &exit_code] { exit_code = activate(*options, *name); });
  CLI::App* deactivate_command = group.add_subcommand("deactivate", "no session is active then");
  add_samples_option(*deactivate_command, *options);
  deactivate_command->footer("Example:\n  fatespec session deactivate");
  deactivate_command->callback([=, &exit_code] { exit_code = activate(*options, std::nullopt); });
}

void add_looking(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<SessionOptions>();
  auto topic = std::make_shared<std::string>("workflow");
  CLI::App* list_command = group.add_subcommand("list", "the sessions there are; the active one is marked");
  add_samples_option(*list_command, *options);
  list_command->footer("Example:\n  fatespec session list");
  list_command->callback([=, &exit_code] { exit_code = list(*options); });
  CLI::App* status_command = group.add_subcommand("status", "what is recorded and protected");
  add_session_options(*status_command, *options);
  status_command->footer("Example:\n  fatespec session status");
  status_command->callback([=, &exit_code] { exit_code = status(*options); });
  CLI::App* help_command = group.add_subcommand("help", "layout, session, workflow, commands");
  help_command->add_option("TOPIC", *topic)->check(CLI::IsMember({"layout", "session", "workflow", "commands"}));
  help_command->footer("Example:\n  fatespec session help layout");
  help_command->callback([=, &exit_code] {
    std::printf("%s", session_help(*topic));
    exit_code = ExitCode::success;
  });
}

}  // namespace

void add_session(CLI::App& app, ExitCode& exit_code) {
  CLI::App* group =
      app.add_subcommand("session", "record plays of many samples, report, compare (fatespec session help)");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  fatespec session run samples\n"
      "  fatespec session report clip.mp4 anomalies\n"
      "  fatespec session help workflow");
  add_choosing(*group, exit_code);
  add_protection(*group, "protect", true, exit_code);
  add_protection(*group, "unprotect", false, exit_code);
  add_looking(*group, exit_code);
  add_session_plays(*group, exit_code);
  add_session_reports(*group, exit_code);
  add_session_archives(*group, exit_code);
}

}  // namespace fatespec::cli
