// fatespec session: play, retry-crashed, run.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/common/complain.hpp"
#include "cli/session/player_process.hpp"
#include "cli/session/session_commands.hpp"
#include "cli/session/session_info.hpp"
#include "cli/session/session_player.hpp"
#include "sessions/session_reports.hpp"
#include "sessions/stale_reports.hpp"

namespace fatespec::cli {
namespace {

constexpr int retry_limit = 1'000'000;

struct PlayOptions {
  SessionOptions session;
  PlaySettings settings;
  int most_retries = 5;
  bool clean = false;
  std::string samples_directory;
};

ExitCode code_of(const PlayedSamples& played) {
  if (played.stopped_by != 0) return exit_code_of_signal(played.stopped_by);
  return played.crashed > 0 || played.failed > 0 ? ExitCode::bad_test : ExitCode::success;
}

OrExit<void> check_settings(const PlaySettings& settings) {
  if (settings.pool.jobs == 1 || settings.clock == "virtual") return {};
  complain("--jobs plays several at once, which needs --clock virtual: by the real clock they disturb each other");
  return ExitCode::usage;
}

/// What a play is about: everything, or, where some is recorded already and may not be again, the rest.
struct PlaysToDo {
  std::vector<PlayOfSample> plays;
  bool again = false;  ///< recordings are replaced
};

OrExit<PlaysToDo> plays_to_do(const sessions::Session& session, int repeat) {
  if (const auto kept = session.keep_playlist(); !kept) return complain(kept.error());
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  const auto permissions = session.permissions();
  if (!permissions) return complain(permissions.error());
  if (playlist->empty()) {
    complain("there is no sample to play");
    return ExitCode::nothing_selected;
  }
  const auto all = all_plays(*playlist, repeat);
  std::vector<PlayOfSample> missing;
  std::error_code ignored;
  for (const auto& play : all)
    if (!std::filesystem::exists(session.recording(play.sample, play.number), ignored)) missing.push_back(play);
  const bool some = missing.size() < all.size();
  const bool goes_on = some && !missing.empty() && !permissions->dev_debug;
  if (const auto allowed = session.check_writable_recordings(some && !goes_on); !allowed)
    return complain(allowed.error());
  if (!goes_on) return PlaysToDo{all, some};
  std::printf("%zu of %zu %s already\n", all.size() - missing.size(), all.size(),
              repeat > 1 ? "plays are recorded" : "samples are recorded");
  return PlaysToDo{std::move(missing), false};
}

/// What is made again must leave nothing of what was: neither reports that seem fresh nor further plays.
base::Result<void> clear_for(const sessions::Session& session, const PlaysToDo& todo) {
  std::set<std::string> samples;
  for (const auto& play : todo.plays) samples.insert(play.sample);
  std::vector<std::string> changed;
  for (const auto& sample : samples) {
    if (session.plays(sample) > 0) changed.push_back(sample);
    std::error_code ignored;
    for (int play = session.plays(sample); todo.again && play > 1; --play)
      std::filesystem::remove(session.recording(sample, play), ignored);
  }
  return changed.empty() ? base::Result<void>() : sessions::mark_reports_stale(session, changed);
}

OrExit<PlayedSamples> play_all(const sessions::Session& session, const PlaySettings& settings) {
  if (const auto fit = check_settings(settings); !fit) return fit.error();
  if (const auto allowed = session.check_writable_recordings(false); !allowed) return complain(allowed.error());
  const auto chosen = plays_to_do(session, settings.repeat);
  if (!chosen) return chosen.error();
  const auto& todo = *chosen;
  if (const auto cleared = clear_for(session, todo); !cleared) return complain(cleared.error());
  auto result = play_samples(session, todo.plays, settings);
  if (!result) return result;
  const auto& played = *result;
  std::printf("%d of %zu %s: %d crashed, %d failed%s\n", played.played, todo.plays.size(),
              settings.repeat > 1 ? "plays done" : "samples played", played.crashed, played.failed,
              played.stopped_by != 0 ? " (interrupted)" : "");
  return result;
}

/// Does something as the only one that plays the session.
template <class Action>
ExitCode alone_with(const sessions::Session& session, Action action) {
  const auto lock = lock_for_play(session);
  return lock ? action() : complain(lock.error());
}

ExitCode play_once(const sessions::Session& session, const PlayOptions& options) {
  return alone_with(session, [&] {
    const auto played = play_all(session, options.settings);
    return played ? code_of(*played) : played.error();
  });
}

/// The plays that ended in a crash; one whose recording cannot be read is one that was cut.
std::vector<PlayOfSample> crashed_plays(const sessions::Session& session, const std::vector<std::string>& samples) {
  std::vector<PlayOfSample> found;
  for (const auto& sample : samples)
    for (int number = 1; number <= session.plays(sample); ++number) {
      const auto recording = sessions::Recording::open(session.recording(sample, number));
      if (!recording || recording->crashed()) found.push_back({sample, number});
    }
  return found;
}

std::vector<std::string> samples_of(const std::vector<PlayOfSample>& plays) {
  std::vector<std::string> samples;
  for (const auto& play : plays)
    if (samples.empty() || samples.back() != play.sample) samples.push_back(play.sample);
  return samples;
}

/// The samples that a state's file names: others are none of ours, whoever wrote the file. It has names as UTF-8.
std::vector<std::string> of_playlist(const std::vector<std::string>& names, const std::vector<std::string>& playlist) {
  std::vector<std::string> found;
  for (const auto& sample : playlist)
    if (std::find(names.begin(), names.end(), base::to_utf8(sample)) != names.end()) found.push_back(sample);
  return found;
}

/// Those that can be played: the recording of a crash is not to be replaced by one of a file that is not there.
std::vector<PlayOfSample> plays_of_what_is_there(const sessions::Session& session, std::vector<PlayOfSample> plays) {
  std::error_code ignored;
  for (const auto& sample : samples_of(plays)) {
    if (std::filesystem::is_regular_file(session.sample(sample), ignored)) continue;
    complain(fmt::format("{} is not there: it is not played again", base::printable(session.sample(sample).string())));
    std::erase_if(plays, [&](const auto& play) { return play.sample == sample; });
  }
  return plays;
}

/// The state of the retries so far, and which samples may crash still.
OrExit<std::pair<sessions::CrashState, std::vector<std::string>>> retries_so_far(const sessions::Session& session,
                                                                                 bool clean) {
  auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  if (clean) return std::pair(sessions::CrashState(), std::move(*playlist));
  auto kept = session.crash_state();
  if (!kept) return complain(kept.error());
  if (!*kept) return std::pair(sessions::CrashState(), std::move(*playlist));
  sessions::CrashState state = std::move(**kept);
  auto candidates = of_playlist(state.still, *playlist);
  state.sometimes = of_playlist(state.sometimes, *playlist);
  return std::pair(std::move(state), std::move(candidates));
}

// The state machine of the classic suite: what crashed is remembered, and played again until nothing crashes or the
// retries are used up.
ExitCode retry_crashes(const sessions::Session& session, const PlayOptions& options) {
  if (const auto fit = check_settings(options.settings); !fit) return fit.error();
  if (const auto allowed = session.check_writable_recordings(false); !allowed) return complain(allowed.error());
  auto begun = retries_so_far(session, options.clean);
  if (!begun) return begun.error();
  auto& [state, candidates] = *begun;
  for (int retry = 0;; ++retry) {
    const auto crashed = crashed_plays(session, candidates);
    state.still = samples_of(crashed);
    std::set<std::string> sometimes(state.sometimes.begin(), state.sometimes.end());
    sometimes.insert(state.still.begin(), state.still.end());
    state.sometimes.assign(sometimes.begin(), sometimes.end());
    if (const auto saved = session.set_crash_state(state); !saved) return complain(saved.error());
    if (retry >= options.most_retries || crashed.empty()) break;
    const auto there = plays_of_what_is_there(session, crashed);
    if (there.empty()) break;
    if (const auto cleared = clear_for(session, {there, false}); !cleared) return complain(cleared.error());
    const auto result = play_samples(session, there, options.settings);
    if (!result) return result.error();
    if (const int signal = result->stopped_by; signal != 0) return exit_code_of_signal(signal);
    candidates = state.still;
    ++state.retries;
  }
  std::printf("%d retries: %zu samples crashed at some time, %zu still crash\n", state.retries, state.sometimes.size(),
              state.still.size());
  return state.still.empty() ? ExitCode::success : ExitCode::bad_test;
}

ExitCode retry_crashed(const sessions::Session& session, const PlayOptions& options) {
  return alone_with(session, [&] { return retry_crashes(session, options); });
}

OrExit<sessions::Session> session_to_run(PlayOptions& options) {
  if (options.samples_directory.empty()) return chosen_session(options.session);
  // Before there is a session that nothing can be played for.
  if (const std::string player = player_program(); ::access(player.c_str(), X_OK) != 0)
    return complain(base::io_error("the player " + player, errno));
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

ExitCode run_session(const sessions::Session& session, const PlayOptions& options) {
  const auto played = play_all(session, options.settings);
  if (!played) return played.error();
  const auto& plays = *played;
  if (plays.stopped_by != 0) return exit_code_of_signal(plays.stopped_by);
  const ExitCode retried = retry_crashes(session, options);
  if (retried != ExitCode::success && retried != ExitCode::bad_test) return retried;
  const ExitCode summarized = summarize(session);
  if (summarized != ExitCode::success) return summarized;
  return plays.failed > 0 ? ExitCode::bad_test : retried;
}

ExitCode run(PlayOptions options) {
  if (const auto fit = check_settings(options.settings); !fit) return fit.error();
  const auto chosen = session_to_run(options);
  if (!chosen) return chosen.error();
  const auto& session = *chosen;
  const ExitCode code = alone_with(session, [&] { return run_session(session, options); });
  if (!options.samples_directory.empty())
    std::printf("look at a play with: %s\n", session.command("plot SAMPLE").c_str());
  return code;
}

void add_settings(CLI::App& command, PlayOptions& options, bool repeatable) {
  command.add_option("--clock", options.settings.clock, "real, or virtual: as fast as it goes")
      ->check(CLI::IsMember({"real", "virtual"}));
  command.add_option("--jobs", options.settings.pool.jobs, "plays at once, with --clock virtual")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command
      .add_option_function<std::string>(
          "--grace",
          [&options](const std::string& text) {
            const auto grace = base::parse_duration(text);
            if (!grace) throw CLI::ValidationError("--grace", "`" + text + "` is no duration, such as 90s");
            options.settings.pool.grace = std::chrono::ceil<std::chrono::seconds>(*grace);
          },
          "a play may take so much longer than twice its sample")
      ->type_name("DURATION")
      ->default_str("60s");
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
  play->callback(on_session(options, exit_code, play_once));
  CLI::App* retry = group.add_subcommand("retry-crashed", "play again what crashed");
  retry->add_option("MAX", options->most_retries, "how often at most")
      ->check(CLI::Range(0, retry_limit))
      ->capture_default_str();
  retry->add_flag("--clean", options->clean, "forget earlier retries");
  add_session_options(*retry, options->session);
  add_settings(*retry, *options, false);
  retry->footer("Example:\n  fatespec session retry-crashed 3");
  retry->callback(on_session(options, exit_code, retry_crashed));
  CLI::App* run_command = group.add_subcommand("run", "play, retry-crashed and summarize");
  auto* made =
      run_command->add_option("SAMPLES_DIR", options->samples_directory, "make a session testrun_00, _01, ... of it");
  add_session_options(*run_command, options->session);
  made->excludes("--session", "--samples-dir");
  add_settings(*run_command, *options, true);
  run_command->footer("Example:\n  fatespec session run samples");
  run_command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace fatespec::cli
