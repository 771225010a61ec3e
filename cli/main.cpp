// fatespec: the command line.
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/version.hpp"

namespace {

// Descriptors 0 to 2 must be open: what is opened next must not take their places.
void open_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", O_RDWR);
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  using namespace fatespec::cli;
  CLI::App app("fatespec runs spec-driven regression tests of multimedia programs.", "fatespec");
  app.set_version_flag("--version", std::string("fatespec ") + version);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  ExitCode exit_code = ExitCode::success;
  for (const auto add : {add_run, add_check, add_list, add_explain, add_accept, add_runs, add_show, add_report}) add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(ExitCode::success) : static_cast<int>(ExitCode::usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fatespec: %s\n", error.what());
    return static_cast<int>(ExitCode::error);
  }
  return static_cast<int>(exit_code);
}
