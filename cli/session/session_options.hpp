// What the commands of `fatespec session` share: which samples, which session.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/common/exit_code.hpp"
#include "sessions/samples_directory.hpp"

namespace fatespec::cli {

struct SessionOptions {
  std::string samples;  ///< empty: $FATESPEC_SAMPLES_DIR, else the working directory
  std::string session;  ///< empty: the active one
};

void add_samples_option(CLI::App& command, SessionOptions& options);
void add_session_options(CLI::App& command, SessionOptions& options);

sessions::SamplesDirectory samples_directory(const SessionOptions& options);
/// The session that a command is about, or the exit code after what is wrong has been printed.
OrExit<sessions::Session> chosen_session(const SessionOptions& options);

}  // namespace fatespec::cli
