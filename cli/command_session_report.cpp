// fatespec session: summarize, report, timeline, plot, compare.
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/common/complain.hpp"
#include "cli/session/session_commands.hpp"
#include "reports/plot_page.hpp"
#include "sessions/alignment.hpp"
#include "sessions/comparison.hpp"
#include "sessions/session_files.hpp"
#include "sessions/session_reports.hpp"
#include "sessions/text_json.hpp"
#include "sessions/text_reports.hpp"
#include "sessions/timeline.hpp"

namespace fatespec::cli {
namespace {

struct SessionReportOptions {
  SessionOptions session;
  std::string sample;
  int play = 1;  ///< which, where each sample is played repeatedly
  std::string kind;
  std::string timeline_format = "csv";
  std::string format = "text";  ///< of the other reports
  std::string other;
  std::string other_directory;
  std::string output;  ///< a file in place of the session's own; "-": stdout

  bool json() const { return format == "json"; }
  std::string report_name() const { return play == 1 ? sample : fmt::format("{}.play{}", sample, play); }
};

using Writer = std::function<void(const sessions::TextSink&)>;

Writer text_of(const sessions::Recording& recording, const std::string& kind, bool json = false) {
  return [&recording, kind, json](const sessions::TextSink& sink) {
    if (json && kind == "all") sessions::all_json(recording, sink);
    else if (json && kind == "anomalies") sessions::anomalies_json(recording, sink);
    else if (json) sessions::counter_json(recording, sink);
    else if (kind == "all") sessions::report_all(recording, sink);
    else if (kind == "anomalies") sessions::report_anomalies(recording, sink);
    else sink(sessions::report_counter(recording));
  };
}

/// A recording of the session, or the exit code after what is wrong has been printed.
OrExit<sessions::Recording> open_recording(const sessions::Session& session, const SessionReportOptions& options) {
  const std::string& sample = options.sample;
  const auto playlist = session.playlist();
  if (!playlist) return complain(playlist.error());
  if (std::find(playlist->begin(), playlist->end(), sample) == playlist->end())
    return complain(base::Error{base::ErrorKind::not_found,
                                fmt::format("session `{}` has no sample `{}`{}", session.name(),
                                            base::printable(sample), base::did_you_mean(sample, *playlist))});
  auto recording = sessions::Recording::open(session.recording(sample, options.play));
  if (!recording) return complain(recording.error());
  if (!recording->problem().empty()) complain(fmt::format("{}: {}", sample, recording->problem()));
  return std::move(*recording);
}

ExitCode keep(const sessions::Session& session, const std::string& file, const Writer& writer) {
  if (const auto written = session.write_report(file, writer); !written) return complain(written.error());
  return ExitCode::success;
}

/// A session whose reports are protected is read all the same: what is printed is not kept, and that is told.
bool keeps_reports(const sessions::Session& session) {
  const auto allowed = session.permissions();
  if (!allowed || !allowed->protect_reports) return true;
  std::fprintf(stderr, "no report is kept: those of session `%s` are protected\n",
               base::printable(session.name()).c_str());
  return false;
}

ExitCode write_elsewhere(const std::string& path, const Writer& writer) {
  if (path == "-") {
    writer([](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
    return ExitCode::success;
  }
  if (const auto written = sessions::write_text_file(path, writer); !written) return complain(written.error());
  std::printf("%s\n", path.c_str());
  return ExitCode::success;
}

/// Where it was asked for, or among the session's reports, whose place is printed.
ExitCode keep_and_name(const sessions::Session& session, const SessionReportOptions& options, const std::string& file,
                       const Writer& writer) {
  if (!options.output.empty()) return write_elsewhere(options.output, writer);
  const ExitCode kept = keep(session, file, writer);
  if (kept == ExitCode::success) std::printf("%s\n", session.report(file).c_str());
  return kept;
}

void print(std::string_view text) {
  const std::string safe = base::printable_lines(text);
  std::fwrite(safe.data(), 1, safe.size(), stdout);
}

ExitCode report(const sessions::Session& session, const SessionReportOptions& options) {
  const auto opened = open_recording(session, options);
  if (!opened) return opened.error();
  const Writer text = text_of(*opened, options.kind, options.json());
  text(print);
  if (!options.json()) std::printf("\n");
  if (!keeps_reports(session)) return ExitCode::success;
  return keep(session, options.report_name() + "." + options.kind + (options.json() ? ".json" : ".txt"), text);
}

ExitCode timeline(const sessions::Session& session, const SessionReportOptions& options) {
  const auto opened = open_recording(session, options);
  if (!opened) return opened.error();
  const auto& recording = *opened;
  const auto write = options.timeline_format == "csv"    ? sessions::timeline_csv
                     : options.timeline_format == "json" ? sessions::timeline_json
                                                         : sessions::timeline_pickle;
  const std::string file = options.report_name() + ".timeline." + options.timeline_format;
  return keep_and_name(session, options, file, [&](const auto& sink) { write(recording, sink); });
}

OrExit<sessions::Session> other_session(const SessionReportOptions& options) {
  SessionOptions elsewhere = options.session;
  if (!options.other_directory.empty()) elsewhere.samples = options.other_directory;
  elsewhere.session = options.other;
  return chosen_session(elsewhere);
}

/// What tells the other session from this one, also where both are called the same.
std::string name_of(const sessions::Session& other, const sessions::Session& session) {
  if (other.name() != session.name()) return other.name();
  return fmt::format("{} ({})", other.name(), base::to_utf8(other.directory().parent_path().string()));
}

ExitCode plot(const sessions::Session& session, const SessionReportOptions& options) {
  if (!reports::can_plot()) {
    complain("this build cannot plot: uPlot was not to be had when it was built (is npm installed?)");
    return ExitCode::usage;
  }
  const auto opened = open_recording(session, options);
  if (!opened) return opened.error();
  const auto& recording = *opened;
  if (options.other.empty()) {
    const std::string file = options.report_name() + ".timeline.html";
    return keep_and_name(session, options, file, [&](const auto& sink) {
      reports::write_plot_page(options.sample, {{session.name(), &recording}}, nullptr, sink);
    });
  }
  const auto chosen = other_session(options);
  if (!chosen) return chosen.error();
  const auto& other = *chosen;
  const auto before = open_recording(other, options);
  if (!before) return before.error();
  const auto& first = *before;
  const auto alignment = sessions::align(name_of(other, session), first, session.name(), recording);
  const std::string file = options.report_name() + "." + other.name() + ".timeline.html";
  return keep_and_name(session, options, file, [&](const auto& sink) {
    reports::write_plot_page(options.sample, {{name_of(other, session), &first}, {session.name(), &recording}},
                             &alignment, sink);
  });
}

/// Event against event, of one sample.
ExitCode compare_recordings(const sessions::Session& session, const sessions::Session& other,
                            const SessionReportOptions& options) {
  const auto now = open_recording(session, options);
  if (!now) return now.error();
  const auto before = open_recording(other, options);
  if (!before) return before.error();
  const auto alignment = sessions::align(name_of(other, session), *before, session.name(), *now);
  print(options.json() ? sessions::alignment_json(alignment) : sessions::alignment_text(alignment));
  return alignment.parting ? ExitCode::bad_test : ExitCode::success;
}

ExitCode compare(const sessions::Session& session, const SessionReportOptions& options) {
  const auto chosen = other_session(options);
  if (!chosen) return chosen.error();
  const auto& other = *chosen;
  if (!options.sample.empty()) return compare_recordings(session, other, options);
  const auto ours = sessions::outcomes_of(session);
  if (!ours) return complain(ours.error());
  const auto theirs = sessions::outcomes_of(other);
  if (!theirs) return complain(theirs.error());
  const auto comparison = sessions::compare_sessions(session.name(), *ours, name_of(other, session), *theirs);
  print(options.json() ? sessions::comparison_json(comparison) : sessions::comparison_text(comparison));
  return comparison.worse() ? ExitCode::bad_test : ExitCode::success;
}

/// What was noted when the session was made, under the name that reports have.
ExitCode copy_info(const sessions::Session& session, const std::string& raw, const std::string& report, bool json) {
  const auto text = sessions::read_session_file(session.raw(raw));
  if (!text) return ExitCode::success;
  const std::string copy = json ? sessions::lines_json(*text) : *text;
  return keep(session, report + (json ? ".json" : ".txt"), [&](const auto& sink) { sink(copy); });
}

/// The reports of a sample that was not perfect.
ExitCode report_imperfect(const sessions::Session& session, const sessions::SampleOutcome& outcome, bool json) {
  if (!outcome.recorded || (!outcome.crashed && outcome.defects.total() == 0)) return ExitCode::success;
  const auto recording = sessions::Recording::open(session.recording(outcome.sample));
  if (!recording) return ExitCode::success;  // told already
  for (const char* kind : {"all", "anomalies", "counter"}) {
    const std::string file = outcome.sample + "." + kind + (json ? ".json" : ".txt");
    if (const ExitCode code = keep(session, file, text_of(*recording, kind, json)); code != ExitCode::success)
      return code;
  }
  return ExitCode::success;
}

}  // namespace

ExitCode summarize(const sessions::Session& session, bool json) {
  const auto outcomes = sessions::outcomes_of(session);
  if (!outcomes) return complain(outcomes.error());
  const auto kept = session.crash_state();
  if (!kept) complain(kept.error());  // the recordings tell it too
  const auto state = kept && *kept ? **kept : sessions::crash_state_of(*outcomes);
  const std::string text =
      json ? sessions::summary_json(session, *outcomes, state) : sessions::summary_text(session, *outcomes, state);
  const std::string end = json ? ".json" : ".txt";
  if (const auto crashes = session.crash_reports(); !crashes) complain(crashes.error());
  print(text);
  if (!json) std::printf("\n\n");
  if (!keeps_reports(session)) return ExitCode::success;
  if (const ExitCode code = keep(session, "00_summary" + end, [&](const auto& sink) { sink(text); });
      code != ExitCode::success)
    return code;
  for (const auto& [raw, report] : {std::pair("_pyglet_info.txt", "03_player_info"),
                                    {"_player_info.txt", "03_player_info"},
                                    {"_pyglet_hg_revision.txt", "04_revision"},
                                    {"_revision.txt", "04_revision"}})
    if (const ExitCode code = copy_info(session, raw, report, json); code != ExitCode::success) return code;
  for (const auto& outcome : *outcomes) {
    if (!outcome.problem.empty()) complain(outcome.problem);
    if (const ExitCode code = report_imperfect(session, outcome, json); code != ExitCode::success) return code;
  }
  if (!json) std::printf("reports: %s\n", session.report("").c_str());
  return ExitCode::success;
}

namespace {

void add_format(CLI::App& command, SessionReportOptions& options) {
  command.add_option("--format", options.format, "text, or json for programs")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_other_directory(CLI::App& command, SessionReportOptions& options) {
  command.add_option("--reldir", options.other_directory, "the samples directory of the other session");
}

void add_output(CLI::App& command, SessionReportOptions& options) {
  command
      .add_option("-o,--output", options.output,
                  "the file to write (default: among the session's reports); - is stdout")
      ->type_name("FILE");
}

void add_play(CLI::App& command, SessionReportOptions& options) {
  constexpr int most = 1000;
  command.add_option("--play", options.play, "which play, of a session made with --repeat")
      ->check(CLI::Range(1, most))
      ->capture_default_str();
}

void add_of_one(CLI::App& group, std::shared_ptr<SessionReportOptions> options, ExitCode& exit_code) {
  CLI::App* report_command = group.add_subcommand("report", "what happened in one sample");
  report_command->add_option("SAMPLE", options->sample)->required();
  add_play(*report_command, *options);
  report_command->add_option("KIND", options->kind, "all, anomalies or counter")
      ->required()
      ->check(CLI::IsMember({"all", "anomalies", "counter"}));
  add_format(*report_command, *options);
  add_session_options(*report_command, options->session);
  report_command->footer("Example:\n  fatespec session report clip.mp4 anomalies");
  report_command->callback(on_session(options, exit_code, report));
  CLI::App* timeline_command = group.add_subcommand("timeline", "the times of one sample's play, for other programs");
  timeline_command->add_option("SAMPLE", options->sample)->required();
  add_play(*timeline_command, *options);
  timeline_command->add_option("--format", options->timeline_format)
      ->check(CLI::IsMember({"csv", "json", "pkl"}))
      ->capture_default_str();
  add_output(*timeline_command, *options);
  add_session_options(*timeline_command, options->session);
  timeline_command->footer(
      "Examples:\n  fatespec session timeline clip.mp4 --format json\n  fatespec session timeline clip.mp4 -o -");
  timeline_command->callback(on_session(options, exit_code, timeline));
  CLI::App* plot_command = group.add_subcommand("plot", "a page with the events of one sample's play, for a browser");
  plot_command->add_option("SAMPLE", options->sample)->required();
  add_play(*plot_command, *options);
  plot_command->add_option("--with", options->other, "another session, on the same time line");
  add_other_directory(*plot_command, *options);
  add_output(*plot_command, *options);
  add_session_options(*plot_command, options->session);
  plot_command->footer("Examples:\n  fatespec session plot clip.mp4\n  fatespec session plot clip.mp4 --with before");
  plot_command->callback(on_session(options, exit_code, plot));
}

}  // namespace

void add_session_reports(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<SessionReportOptions>();
  CLI::App* summary =
      group.add_subcommand("summarize", "00_summary.txt, and the reports of every sample that was not perfect");
  add_format(*summary, *options);
  add_session_options(*summary, options->session);
  summary->footer("Example:\n  fatespec session summarize");
  summary->callback(on_session(
      options, exit_code, [](const auto& session, const auto& chosen) { return summarize(session, chosen.json()); }));
  add_of_one(group, options, exit_code);
  CLI::App* compare_command =
      group.add_subcommand("compare", "what is better or worse than in another session, or in one sample of it");
  compare_command->add_option("OTHER", options->other, "the session to compare with")->required();
  compare_command->add_option("SAMPLE", options->sample, "event against event, of this sample");
  add_play(*compare_command, *options);
  add_format(*compare_command, *options);
  add_other_directory(*compare_command, *options);
  add_session_options(*compare_command, options->session);
  compare_command->footer(
      "Examples:\n  fatespec session compare before-change\n  fatespec session compare before-change clip.mp4");
  compare_command->callback(on_session(options, exit_code, compare));
}

}  // namespace fatespec::cli
