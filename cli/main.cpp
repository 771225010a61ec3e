// fatespec: the command line.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"

namespace {

// Descriptors 0 to 2 must be open: what is opened next must not take their places.
void open_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", O_RDWR);
}

/// A first word that is no subcommand: the library would only say that one is needed.
bool misses_subcommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return false;
  std::fprintf(stderr, "fatespec: there is no command `%s`%s (fatespec --help lists them)\n",
               fatespec::base::printable(argv[1]).c_str(), fatespec::base::did_you_mean(argv[1], names).c_str());
  return true;
}

/// True if stdout is a pipe whose reader, such as `head`, has what it wanted.
bool nobody_reads() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/// Output that could not be written must not look like success.
int checked(fatespec::cli::ExitCode code) {
  using namespace fatespec::cli;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return static_cast<int>(code);
  if (!nobody_reads()) std::fprintf(stderr, "fatespec: standard output could not be written completely\n");
  return static_cast<int>(after_loss(code, Loss::output));
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as a full disk is
  std::signal(SIGCHLD, SIG_DFL);  // ignored, which may be inherited, it would make the kernel drop every status
  using namespace fatespec::cli;
  CLI::App app("fatespec runs spec-driven regression tests of multimedia programs.", "fatespec");
  app.set_version_flag("--version", std::string("fatespec ") + fatespec::base::version);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  ExitCode exit_code = ExitCode::success;
  for (const auto add : {add_run,    add_check,   add_list,    add_explain, add_accept,    add_bisect, add_blame,
                         add_runs,   add_show,    add_history, add_compare, add_diverge,   add_import, add_merge,
                         add_report, add_results, add_attach,  add_cancel,  add_run_shard, add_play,   add_session})
    add(app, exit_code);
  std::error_code no_directory;
  (void)std::filesystem::current_path(no_directory);
  if (no_directory) {
    std::fprintf(stderr, "fatespec: the working directory is gone (%s); cd to one that is there\n",
                 no_directory.message().c_str());
    return static_cast<int>(ExitCode::usage);
  }
  if (misses_subcommand(app, argc, argv)) return static_cast<int>(ExitCode::usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(ExitCode::success) : static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fatespec: %s\n", error.what());
    return static_cast<int>(ExitCode::error);
  }
  return checked(exit_code);
}
