// The parts of `fatespec session`.
#pragma once

#include "cli/session_options.hpp"

namespace fatespec::cli {

/// play, retry-crashed, run
void add_session_plays(CLI::App& group, ExitCode& exit_code);
/// summarize, report, timeline, plot, compare
void add_session_reports(CLI::App& group, ExitCode& exit_code);
/// export, open
void add_session_archives(CLI::App& group, ExitCode& exit_code);

/// Writes 00_summary.txt (or .json) and the reports of every sample that was not perfect, and prints the summary.
ExitCode summarize(const sessions::Session& session, bool json = false);

}  // namespace fatespec::cli
