#include "cli/session/session_options.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "cli/common/complain.hpp"

namespace fatespec::cli {
void add_samples_option(CLI::App& command, SessionOptions& options) {
  command.add_option("--samples-dir", options.samples, "where samples and sessions are ($FATESPEC_SAMPLES_DIR)");
}

void add_session_options(CLI::App& command, SessionOptions& options) {
  add_samples_option(command, options);
  command.add_option("--session", options.session, "which session; the active one by default");
}

sessions::SamplesDirectory samples_directory(const SessionOptions& options) {
  if (!options.samples.empty()) return sessions::SamplesDirectory(options.samples);
  // Not by the command line's library: commands share their options, and it would set them for those not given too.
  const char* named = std::getenv("FATESPEC_SAMPLES_DIR");
  return sessions::SamplesDirectory(named == nullptr || *named == '\0' ? "." : named);
}

OrExit<sessions::Session> chosen_session(const SessionOptions& options) {
  const auto directory = samples_directory(options);
  std::string name = options.session;
  if (name.empty()) {
    const auto active = directory.active();
    if (!active) return complain(active.error());
    if (!*active)
      return complain(base::usage_error(fmt::format(
          "no session is active in {}: fatespec session activate NAME, or --session NAME; those of other samples need "
          "--samples-dir DIR",
          directory.path().string())));
    name = **active;
  }
  auto session = directory.find(name);
  if (!session) return complain(session.error());
  return std::move(*session);
}

}  // namespace fatespec::cli
