// fatespec session: export, open.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/common/complain.hpp"
#include "cli/session/session_commands.hpp"
#include "sessions/session_archive.hpp"

namespace fatespec::cli {
namespace {

struct ArchiveOptions {
  SessionOptions session;
  std::string file;
  std::string name;
};

ExitCode pack(const ArchiveOptions& options) {
  const auto chosen = chosen_session(options.session);
  if (!chosen) return chosen.error();
  const auto& session = *chosen;
  const std::string file = options.file.empty() ? session.name() + ".fatespec-session.tar.gz" : options.file;
  if (std::error_code ignored; std::filesystem::exists(file, ignored)) {
    complain(file + " exists already");
    return ExitCode::usage;
  }
  if (const auto packed = sessions::export_session(session, file); !packed) return complain(packed.error());
  std::printf("%s\n", file.c_str());
  return ExitCode::success;
}

ExitCode open(const ArchiveOptions& options) {
  const auto opened = sessions::open_archive(samples_directory(options.session), options.file, options.name);
  if (!opened) return complain(opened.error());
  if (opened->left_out > 0)
    std::printf("%zu files left out: pages and pickles are not taken from elsewhere\n", opened->left_out);
  const auto& session = opened->session;
  std::printf("session %s, protected: %s\nlook at it with: %s\n", session.name().c_str(), session.directory().c_str(),
              session.command("summarize").c_str());
  return ExitCode::success;
}

}  // namespace

void add_session_archives(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<ArchiveOptions>();
  CLI::App* pack_command = group.add_subcommand("export", "pack a session into one file, to send");
  pack_command->add_option("FILE", options->file, "SESSION.fatespec-session.tar.gz by default");
  add_session_options(*pack_command, options->session);
  pack_command->footer("Example:\n  fatespec session export before.tar.gz --session before");
  pack_command->callback([options, &exit_code] { exit_code = pack(*options); });
  CLI::App* open_command = group.add_subcommand("open", "unpack a session that somebody sent, safely");
  open_command->add_option("FILE", options->file)->required();
  open_command->add_option("--as", options->name, "another name for it");
  add_samples_option(*open_command, options->session);
  open_command->footer("Example:\n  fatespec session open before.tar.gz --as from-a-user");
  open_command->callback([options, &exit_code] { exit_code = open(*options); });
}

}  // namespace fatespec::cli
