// The parts of `fatespec session`.
#pragma once

#include <functional>
#include <memory>

#include "cli/session/session_options.hpp"

namespace fatespec::cli {

/// play, retry-crashed, run
void add_session_plays(CLI::App& group, ExitCode& exit_code);
/// summarize, report, timeline, plot, compare
void add_session_reports(CLI::App& group, ExitCode& exit_code);
/// export, open
void add_session_archives(CLI::App& group, ExitCode& exit_code);

/// Writes 00_summary.txt (or .json) and the reports of every sample that was not perfect, and prints the summary.
ExitCode summarize(const sessions::Session& session, bool json = false);

/// What a command does with the session that its options (with a member `session`) choose.
template <class Options, class Action>
std::function<void()> on_session(std::shared_ptr<Options> options, ExitCode& exit_code, Action action) {
  return [options, &exit_code, action] {
    const auto chosen = chosen_session(options->session);
    exit_code = chosen ? action(*chosen, *options) : chosen.error();
  };
}

}  // namespace fatespec::cli
