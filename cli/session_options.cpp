#include "cli/session_options.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/player_process.hpp"

namespace fatespec::cli {
namespace {

constexpr int ended_by_user = 3;

void show_progress(std::size_t done, std::size_t all, const std::string& sample) {
  if (::isatty(STDERR_FILENO) == 0) return;
  constexpr std::size_t width = 20;
  const std::size_t filled = all == 0 ? width : done * width / all;
  std::fprintf(stderr, "\r\033[K[%s%s] %zu/%zu %s", std::string(filled, '#').c_str(),
               std::string(width - filled, '.').c_str(), done, all, base::shorten(base::printable(sample), 50).c_str());
  if (done == all) std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace

void add_samples_option(CLI::App& command, SessionOptions& options) {
  command.add_option("--samples-dir", options.samples, "where samples and sessions are")
      ->envname("FATESPEC_SAMPLES_DIR");
}

void add_session_options(CLI::App& command, SessionOptions& options) {
  add_samples_option(command, options);
  command.add_option("--session", options.session, "which session; the active one by default");
}

sessions::SamplesDirectory samples_directory(const SessionOptions& options) {
  return sessions::SamplesDirectory(options.samples.empty() ? "." : options.samples);
}

std::variant<sessions::Session, ExitCode> chosen_session(const SessionOptions& options) {
  const auto directory = samples_directory(options);
  std::string name = options.session;
  if (name.empty()) {
    const auto active = directory.active();
    if (!active) return complain(active.error());
    if (!*active)
      return complain(base::Error{base::ErrorKind::usage,
                                  "no session is active: fatespec session activate NAME, or --session NAME"});
    name = **active;
  }
  auto session = directory.find(name);
  if (!session) return complain(session.error());
  return std::move(*session);
}

std::variant<PlayedSamples, ExitCode> play_samples(const sessions::Session& session,
                                                   const std::vector<std::string>& samples, const std::string& clock) {
  PlayedSamples result;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    show_progress(i, samples.size(), samples[i]);
    // Recorded aside: until the new one is whole, or its player has crashed, the old one stays.
    const std::string recording = session.recording(samples[i]).string();
    const std::string aside = recording + ".new";
    const auto ended = run_player({"--headless", "--null-audio", "--quiet", "--clock", clock, "--record", aside,
                                   session.sample(samples[i]).string()},
                                  recording + ".stderr", StderrTo::file_only);
    if (!ended) return complain(ended.error());
    if (ended->status == ended_by_user || ended->signal == SIGINT || ended->signal == SIGTERM) {
      ::unlink(aside.c_str());
      result.interrupted = true;
      break;
    }
    std::error_code code;
    std::filesystem::rename(aside, recording, code);
    if (code) return complain(base::io_error(recording, code.value()));
    ++result.played;
    if (ended->signal != 0) ++result.crashed;
    else if (ended->status != 0) ++result.failed;
  }
  show_progress(samples.size(), samples.size(), "");
  return result;
}

}  // namespace fatespec::cli
