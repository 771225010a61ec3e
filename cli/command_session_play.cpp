// fatespec session: play, retry-crashed, run.
#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "cli/inputs.hpp"
#include "cli/session_commands.hpp"
#include "cli/session_info.hpp"
#include "cli/session_player.hpp"
#include "sessions/session_reports.hpp"
#include "sessions/stale_reports.hpp"

namespace fatespec::cli {
namespace {

struct PlayOptions {
  SessionOptions session;
  PlaySettings settings;
  int most_retries = 5;
  bool clean = false;
  std::string samples_directory;
};

ExitCode code_of(const PlayedSamples& played) {
  if (played.interrupted) return ExitCode::interrupted;
  return played.crashed > 0 || played.failed > 0 ? ExitCode::bad_test : ExitCode::success;
}

std::optional<ExitCode> check_settings(const PlaySettings& settings) {
  if (settings.jobs == 1 || settings.clock == "virtual") return std::nullopt;
  complain("--jobs plays several at once, which needs --clock virtual: by the real clock they disturb each other");
  return ExitCode::usage;
}

ExitCode play_all(const sessions::Session& session, const PlayOptions& options) {
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  std::error_code ignored;
  const bool replace = std::any_of(playlist->begin(), playlist->end(), [&](const auto& sample) {
    return std::filesystem::exists(session.recording(sample), ignored);
  });
  if (const auto allowed = session.check_writable_recordings(replace); !allowed) return complain(allowed.error());
  if (playlist->empty()) {
    complain("there is no sample to play");
    return ExitCode::nothing_selected;
  }
  if (const auto wrong = check_settings(options.settings)) return *wrong;
  if (replace)
    if (const auto marked = sessions::mark_reports_stale(session, *playlist); !marked) return complain(marked.error());
  const auto result = play_samples(session, *playlist, options.settings);
  if (const auto* code = std::get_if<ExitCode>(&result)) return *code;
  const auto& played = std::get<PlayedSamples>(result);
  const std::size_t all = playlist->size() * static_cast<std::size_t>(options.settings.repeat);
  std::printf("%d of %zu %s: %d crashed, %d failed%s\n", played.played, all,
              options.settings.repeat > 1 ? "plays done" : "samples played", played.crashed, played.failed,
              played.interrupted ? " (interrupted)" : "");
  return code_of(played);
}

std::vector<std::string> crashing(const sessions::Session& session, const std::vector<std::string>& samples) {
  std::vector<std::string> found;
  for (const auto& sample : samples) {
    const auto recording = sessions::Recording::open(session.recording(sample));
    if (recording && recording->crashed()) found.push_back(sample);
  }
  return found;
}

// The state machine of the classic suite: what crashed is remembered, and played again until nothing crashes or the
// retries are used up.
ExitCode retry_crashed(const sessions::Session& session, const PlayOptions& options) {
  if (const auto wrong = check_settings(options.settings)) return *wrong;
  if (const auto allowed = session.check_writable_recordings(false); !allowed) return complain(allowed.error());
  auto kept = session.crash_state();
  if (!kept) return complain(kept.error());
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  const bool fresh = options.clean || !*kept;
  sessions::CrashState state = fresh ? sessions::CrashState{} : **kept;
  std::vector<std::string> candidates = fresh ? *playlist : state.still;
  for (int retry = 0;; ++retry) {
    state.still = crashing(session, candidates);
    std::set<std::string> sometimes(state.sometimes.begin(), state.sometimes.end());
    sometimes.insert(state.still.begin(), state.still.end());
    state.sometimes.assign(sometimes.begin(), sometimes.end());
    if (const auto saved = session.set_crash_state(state); !saved) return complain(saved.error());
    if (retry >= options.most_retries || state.still.empty()) break;
    PlaySettings once = options.settings;
    once.repeat = 1;
    const auto result = play_samples(session, state.still, once);
    if (const auto* code = std::get_if<ExitCode>(&result)) return *code;
    if (std::get<PlayedSamples>(result).interrupted) return ExitCode::interrupted;
    candidates = state.still;
    ++state.retries;
  }
  std::printf("%d retries: %zu samples crashed at some time, %zu still crash\n", state.retries, state.sometimes.size(),
              state.still.size());
  return state.still.empty() ? ExitCode::success : ExitCode::bad_test;
}

std::variant<sessions::Session, ExitCode> session_to_run(PlayOptions& options) {
  if (options.samples_directory.empty()) return chosen_session(options.session);
  options.session.samples = options.samples_directory;
  const auto directory = samples_directory(options.session);
  const auto name = directory.next_test_run();
  if (!name) return complain(name.error());
  auto made = directory.create(*name, "", session_info());
  if (!made) return complain(made.error());
  if (const auto activated = directory.activate(*name); !activated) return complain(activated.error());
  std::printf("session %s\n", name->c_str());
  return std::move(*made);
}

ExitCode run(PlayOptions options) {
  const auto chosen = session_to_run(options);
  if (const auto* code = std::get_if<ExitCode>(&chosen)) return *code;
  const auto& session = std::get<sessions::Session>(chosen);
  const ExitCode played = play_all(session, options);
  if (played != ExitCode::success && played != ExitCode::bad_test) return played;
  const ExitCode retried = retry_crashed(session, options);
  if (retried != ExitCode::success && retried != ExitCode::bad_test) return retried;
  const ExitCode summarized = summarize(session);
  return summarized == ExitCode::success ? retried : summarized;
}

void add_settings(CLI::App& command, PlayOptions& options, bool repeatable) {
  command.add_option("--clock", options.settings.clock, "real, or virtual: as fast as it goes")
      ->check(CLI::IsMember({"real", "virtual"}));
  command.add_option("--jobs", options.settings.jobs, "plays at once, with --clock virtual")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  if (repeatable)
    command
        .add_option("--repeat", options.settings.repeat, "play each sample so often: comparisons then know the noise")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

}  // namespace

void add_session_plays(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<PlayOptions>();
  CLI::App* play = group.add_subcommand("play", "play the session's samples, each in a process of its own");
  add_session_options(*play, options->session);
  add_settings(*play, *options, true);
  play->footer("Example:\n  fatespec session play --clock virtual");
  play->callback(on_session(options, exit_code, play_all));
  CLI::App* retry = group.add_subcommand("retry-crashed", "play again what crashed");
  retry->add_option("MAX", options->most_retries, "how often at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  retry->add_flag("--clean", options->clean, "forget earlier retries");
  add_session_options(*retry, options->session);
  add_settings(*retry, *options, false);
  retry->footer("Example:\n  fatespec session retry-crashed 3");
  retry->callback(on_session(options, exit_code, retry_crashed));
  CLI::App* run_command = group.add_subcommand("run", "play, retry-crashed and summarize");
  run_command->add_option("SAMPLES_DIR", options->samples_directory, "make a session testrun_00, _01, ... of it");
  add_session_options(*run_command, options->session);
  add_settings(*run_command, *options, true);
  run_command->footer("Example:\n  fatespec session run samples");
  run_command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace fatespec::cli
