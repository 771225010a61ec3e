// The subcommands. Each adds itself to the command line and leaves its exit code behind.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/common/exit_code.hpp"

namespace fatespec::cli {

void add_run(CLI::App& app, ExitCode& exit_code);
void add_check(CLI::App& app, ExitCode& exit_code);
void add_list(CLI::App& app, ExitCode& exit_code);
void add_explain(CLI::App& app, ExitCode& exit_code);
void add_accept(CLI::App& app, ExitCode& exit_code);
void add_attach(CLI::App& app, ExitCode& exit_code);
void add_bisect(CLI::App& app, ExitCode& exit_code);
void add_blame(CLI::App& app, ExitCode& exit_code);
void add_run_shard(CLI::App& app, ExitCode& exit_code);
void add_runs(CLI::App& app, ExitCode& exit_code);
void add_show(CLI::App& app, ExitCode& exit_code);
void add_cancel(CLI::App& app, ExitCode& exit_code);
void add_compare(CLI::App& app, ExitCode& exit_code);
void add_history(CLI::App& app, ExitCode& exit_code);
void add_diverge(CLI::App& app, ExitCode& exit_code);
void add_import(CLI::App& app, ExitCode& exit_code);
void add_merge(CLI::App& app, ExitCode& exit_code);
void add_report(CLI::App& app, ExitCode& exit_code);
void add_results(CLI::App& app, ExitCode& exit_code);
void add_play(CLI::App& app, ExitCode& exit_code);
void add_session(CLI::App& app, ExitCode& exit_code);

}  // namespace fatespec::cli
