// The parts of `fatespec session`.
#pragma once

#include "cli/session_options.hpp"

namespace fatespec::cli {

/// play, retry-crashed, run
void add_session_plays(CLI::App& group, ExitCode& exit_code);
/// summarize, report, timeline, compare
void add_session_reports(CLI::App& group, ExitCode& exit_code);

/// Writes 00_summary.txt and the texts of every sample that was not perfect, and prints the summary.
ExitCode summarize(const sessions::Session& session);

}  // namespace fatespec::cli
