#include "cli/commands.hpp"
namespace fatespec::cli {
void add_accept(CLI::App&, ExitCode&) {}
}
