// fatespec session: summarize, report, timeline, compare.
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/session_commands.hpp"
#include "sessions/session_reports.hpp"
#include "sessions/text_reports.hpp"
#include "sessions/timeline.hpp"

namespace fatespec::cli {
namespace {

struct ReportOptions {
  SessionOptions session;
  std::string sample;
  std::string kind;
  std::string format = "csv";
  std::string other;
  std::string other_directory;
};

using Writer = std::function<void(const sessions::TextSink&)>;

Writer text_of(const sessions::Recording& recording, const std::string& kind) {
  return [&recording, kind](const sessions::TextSink& sink) {
    if (kind == "all") sessions::report_all(recording, sink);
    else if (kind == "anomalies") sessions::report_anomalies(recording, sink);
    else sink(sessions::report_counter(recording));
  };
}

/// A recording of the session, or the exit code after what is wrong has been printed.
std::variant<sessions::Recording, ExitCode> open_recording(const sessions::Session& session,
                                                           const std::string& sample) {
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  if (std::find(playlist->begin(), playlist->end(), sample) == playlist->end())
    return complain(base::Error{base::ErrorKind::not_found,
                                fmt::format("session `{}` has no sample `{}`{}", session.name(),
                                            base::printable(sample), base::did_you_mean(sample, *playlist))});
  auto recording = sessions::Recording::open(session.recording(sample));
  if (!recording) return complain(recording.error());
  if (!recording->problem().empty()) complain(fmt::format("{}: {}", sample, recording->problem()));
  return std::move(*recording);
}

ExitCode keep(const sessions::Session& session, const std::string& file, const Writer& writer) {
  if (const auto written = session.write_report(file, writer); !written) return complain(written.error());
  return ExitCode::success;
}

void print(std::string_view text) {
  const std::string safe = base::printable_lines(text);
  std::fwrite(safe.data(), 1, safe.size(), stdout);
}

ExitCode report(const sessions::Session& session, const ReportOptions& options) {
  const auto opened = open_recording(session, options.sample);
  if (const auto* code = std::get_if<ExitCode>(&opened)) return *code;
  const Writer text = text_of(std::get<sessions::Recording>(opened), options.kind);
  text(print);
  std::printf("\n");
  return keep(session, options.sample + "." + options.kind + ".txt", text);
}

ExitCode timeline(const sessions::Session& session, const ReportOptions& options) {
  const auto opened = open_recording(session, options.sample);
  if (const auto* code = std::get_if<ExitCode>(&opened)) return *code;
  const auto& recording = std::get<sessions::Recording>(opened);
  const auto write = options.format == "csv"    ? sessions::timeline_csv
                     : options.format == "json" ? sessions::timeline_json
                                                : sessions::timeline_pickle;
  const std::string file = options.sample + ".timeline." + options.format;
  const ExitCode kept = keep(session, file, [&](const auto& sink) { write(recording, sink); });
  if (kept == ExitCode::success) std::printf("%s\n", session.report(file).c_str());
  return kept;
}

ExitCode compare(const sessions::Session& session, const ReportOptions& options) {
  SessionOptions elsewhere = options.session;
  if (!options.other_directory.empty()) elsewhere.samples = options.other_directory;
  elsewhere.session = options.other;
  const auto chosen = chosen_session(elsewhere);
  if (const auto* code = std::get_if<ExitCode>(&chosen)) return *code;
  const auto& other = std::get<sessions::Session>(chosen);
  const auto ours = sessions::outcomes_of(session);
  if (!ours) return complain(ours.error());
  const auto theirs = sessions::outcomes_of(other);
  if (!theirs) return complain(theirs.error());
  const auto comparison = sessions::compare_sessions(session.name(), *ours, other.name(), *theirs);
  std::printf("%s", comparison.text.c_str());
  return comparison.worse ? ExitCode::bad_test : ExitCode::success;
}

/// A copy of what was noted when the session was made, under the name that reports have.
ExitCode copy_info(const sessions::Session& session, const char* raw, const char* report) {
  const auto text = base::read_file(session.raw(raw));
  return text ? keep(session, report, [&](const auto& sink) { sink(*text); }) : ExitCode::success;
}

template <class Action>
std::function<void()> on_session(std::shared_ptr<ReportOptions> options, ExitCode& exit_code, Action action) {
  return [options, &exit_code, action] {
    const auto chosen = chosen_session(options->session);
    const auto* code = std::get_if<ExitCode>(&chosen);
    exit_code = code != nullptr ? *code : action(std::get<sessions::Session>(chosen), *options);
  };
}

}  // namespace

ExitCode summarize(const sessions::Session& session) {
  const auto outcomes = sessions::outcomes_of(session);
  if (!outcomes) return complain(outcomes.error());
  const auto kept = session.crash_state();
  if (!kept) return complain(kept.error());
  const std::string text =
      sessions::summary_text(session, *outcomes, *kept ? **kept : sessions::crash_state_of(*outcomes));
  if (const ExitCode code = keep(session, "00_summary.txt", [&](const auto& sink) { sink(text); });
      code != ExitCode::success)
    return code;
  if (const ExitCode code = copy_info(session, "_player_info.txt", "03_player_info.txt"); code != ExitCode::success)
    return code;
  if (const ExitCode code = copy_info(session, "_revision.txt", "04_revision.txt"); code != ExitCode::success)
    return code;
  for (const auto& outcome : *outcomes) {
    if (!outcome.problem.empty()) complain(outcome.problem);
    if (!outcome.recorded || (!outcome.crashed && outcome.defects.total() == 0)) continue;
    const auto recording = sessions::Recording::open(session.recording(outcome.sample));
    if (!recording) continue;
    for (const char* kind : {"all", "anomalies", "counter"})
      if (const ExitCode code = keep(session, outcome.sample + "." + kind + ".txt", text_of(*recording, kind));
          code != ExitCode::success)
        return code;
  }
  std::printf("%s\n\nreports: %s\n", base::printable_lines(text).c_str(), session.report("").c_str());
  return ExitCode::success;
}

void add_session_reports(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* summary =
      group.add_subcommand("summarize", "00_summary.txt, and the reports of every sample that was not perfect");
  add_session_options(*summary, options->session);
  summary->footer("Example:\n  fatespec session summarize");
  summary->callback(
      on_session(options, exit_code, [](const auto& session, const auto&) { return summarize(session); }));
  CLI::App* report_command = group.add_subcommand("report", "what happened in one sample");
  report_command->add_option("SAMPLE", options->sample)->required();
  report_command->add_option("KIND", options->kind, "all, anomalies or counter")
      ->required()
      ->check(CLI::IsMember({"all", "anomalies", "counter"}));
  add_session_options(*report_command, options->session);
  report_command->footer("Example:\n  fatespec session report clip.mp4 anomalies");
  report_command->callback(on_session(options, exit_code, report));
  CLI::App* timeline_command = group.add_subcommand("timeline", "the times of one sample's play, for other programs");
  timeline_command->add_option("SAMPLE", options->sample)->required();
  timeline_command->add_option("--format", options->format)
      ->check(CLI::IsMember({"csv", "json", "pkl"}))
      ->capture_default_str();
  add_session_options(*timeline_command, options->session);
  timeline_command->footer("Example:\n  fatespec session timeline clip.mp4 --format json");
  timeline_command->callback(on_session(options, exit_code, timeline));
  CLI::App* compare_command = group.add_subcommand("compare", "what is better or worse than in another session");
  compare_command->add_option("OTHER", options->other, "the session to compare with")->required();
  compare_command->add_option("--reldir", options->other_directory, "the samples directory of the other session");
  add_session_options(*compare_command, options->session);
  compare_command->footer("Example:\n  fatespec session compare before-change");
  compare_command->callback(on_session(options, exit_code, compare));
}

}  // namespace fatespec::cli
