// fatespec: the command line.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>

#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/common/usage_hints.hpp"
#include "remote/ssh_link.hpp"

namespace {

// Descriptors 0 to 2 must be open: what is opened next must not take their places. They cannot be written to, so that
// output which nobody gets is missed.
void open_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", O_RDONLY);
}

/// True if stdout is a pipe whose reader, such as `head`, has what it wanted.
bool nobody_reads() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/// Output that could not be written must not look like success.
int checked(fatespec::cli::ExitCode code) {
  using namespace fatespec::cli;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return static_cast<int>(code);
  if (!nobody_reads()) std::fprintf(stderr, "fatespec: standard output could not be written completely\n");
  return static_cast<int>(after_loss(code, Loss::output));
}

int run(int argc, char** argv) {
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
  if (told_unknown_command(app, std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0)))
    return static_cast<int>(ExitCode::usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    app.exit(help);
    std::cout.flush();
    return checked(ExitCode::success);
  } catch (const CLI::ParseError& error) {
    if (!told_unknown_option(app)) app.exit(error);
    return static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fatespec: %s\n", error.what());
    return static_cast<int>(ExitCode::error);
  }
  return checked(exit_code);
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as a full disk is
  std::signal(SIGCHLD, SIG_DFL);  // ignored, which may be inherited, it would make the kernel drop every status
  const int status = run(argc, argv);
  // What a host that does not answer keeps in the ssh library goes with the process: it must not see the library's end.
  if (fatespec::remote::SshLink::any_thread_is_left()) std::_Exit(status);
  return status;
}
