#include "sessions/session_reports.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <new>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "sessions/counter_report.hpp"
#include "sessions/session_files.hpp"

namespace fatespec::sessions {
namespace {

using Json = nlohmann::ordered_json;

SampleOutcome outcome_of(const Session& session, const std::string& sample) {
  SampleOutcome outcome;
  outcome.sample = sample;
  const int plays = session.plays(sample);
  outcome.recorded = plays > 0;
  int crashes = 0;
  for (int play = 1; play <= plays; ++play) {
    const auto path = session.recording(sample, play);
    std::error_code ignored;
    if (std::filesystem::is_empty(path, ignored)) {  // it stands for a crash before the first byte
      ++crashes;
      DefectCounts crash;
      crash[Defect::crash] = 1;
      if (play == 1) outcome.defects = crash;
      outcome.plays.push_back(crash);
      continue;
    }
    const auto recording = Recording::open(path);
    if (!recording) {
      if (outcome.problem.empty()) outcome.problem = recording.error().message;
      continue;
    }
    crashes += recording->crashed() ? 1 : 0;
    if (play == 1) {
      outcome.defects = recording->defects();
      outcome.problem = recording->problem();
    }
    outcome.plays.push_back(recording->defects());
  }
  outcome.crashed_once = crashes > 0;
  outcome.crashed = crashes > 0 && crashes == plays;
  return outcome;
}

/// What says something about the player: recorded, and not crashed whatever was tried.
std::vector<const SampleOutcome*> relevant(const std::vector<SampleOutcome>& outcomes) {
  std::vector<const SampleOutcome*> found;
  for (const auto& outcome : outcomes)
    if (outcome.recorded && !outcome.crashed && !outcome.unreadable()) found.push_back(&outcome);
  return found;
}

std::string listed(const std::vector<std::string>& names) {
  return names.empty() ? "<none>" : fmt::format("{}", fmt::join(names, "\n"));
}

template <class Predicate>
std::vector<std::string> names_where(const std::vector<SampleOutcome>& outcomes, Predicate predicate) {
  std::vector<std::string> names;
  for (const auto& outcome : outcomes)
    if (predicate(outcome)) names.push_back(outcome.sample);
  return names;
}

std::uint64_t total_defects(const std::vector<const SampleOutcome*>& outcomes) {
  std::uint64_t total = 0;
  for (const auto* outcome : outcomes) total += outcome->defects.total();
  return total;
}

double per_sample(std::uint64_t defects, std::size_t samples) {
  return samples == 0 ? 0 : static_cast<double>(defects) / static_cast<double>(samples);
}

/// What several plays of a sample differ by.
void append_repeated(std::string& text, const std::vector<const SampleOutcome*>& outcomes) {
  bool first = true;
  for (const auto* outcome : outcomes) {
    if (outcome->plays.size() < 2) continue;
    if (first) text += "\nOver several plays: least, median, most\n";
    first = false;
    text += fmt::format("\nSample: {} ({} plays)\n", outcome->sample, outcome->plays.size());
    bool perfect = true;
    for (const auto& info : all_defects()) {
      const CountRange range = range_of(*outcome, info.defect);
      if (range.most == 0) continue;
      perfect = false;
      text += fmt::format("{:4} {:6.1f} {:4} {}\n", range.least, range.median, range.most, info.description);
    }
    if (perfect) text += "No anomalies detected.\n";
  }
}

/// Of every crash there was, also of those that a later play has replaced.
void append_crashes(std::string& text, const Session& session) {
  const auto crashes = session.crash_reports();
  if (!crashes || crashes->empty()) return;
  text += "\nCrashes\n";
  for (const auto& crash : *crashes) text += "\n" + crash_text(crash);
}

Json counts_json(const DefectCounts& counts) {
  Json all = Json::object();
  for (const auto& info : all_defects())
    if (counts[info.defect] > 0) all[std::string(model::name_of(info.defect))] = counts[info.defect];
  return all;
}

/// Of the file under one of its names: ours, then the classic suite's.
Json lines_of(const Session& session, std::initializer_list<const char*> names) {
  base::Result<std::string> text = base::Error{};
  for (const char* name : names)
    if (!text) text = read_session_file(session.raw(name));
  Json lines = Json::array();
  if (text)
    for (const auto line : base::split_lines(*text)) lines.push_back(base::to_utf8(line));
  return lines;
}

}  // namespace

bool SampleOutcome::perfect() const {
  return defects.total() == 0 &&
         std::all_of(plays.begin(), plays.end(), [](const auto& play) { return play.total() == 0; });
}

CountRange range_of(const SampleOutcome& outcome, Defect defect) {
  std::vector<std::uint64_t> counts;
  for (const auto& play : outcome.plays) counts.push_back(play[defect]);
  if (counts.empty()) counts.push_back(outcome.defects[defect]);
  std::sort(counts.begin(), counts.end());
  const std::size_t middle = counts.size() / 2;
  const double median = counts.size() % 2 == 1
                            ? static_cast<double>(counts[middle])
                            : (static_cast<double>(counts[middle - 1]) + static_cast<double>(counts[middle])) / 2;
  return {counts.front(), counts.back(), median};
}

base::Result<std::vector<SampleOutcome>> outcomes_of(const Session& session) {
  const auto playlist = session.playlist();
  if (!playlist) return playlist.error();
  std::vector<SampleOutcome> outcomes(playlist->size());
  std::atomic<std::size_t> next = 0;
  const auto read = [&] {
    for (std::size_t i = next++; i < outcomes.size(); i = next++) {
      const std::string& sample = (*playlist)[i];
      try {
        outcomes[i] = outcome_of(session, sample);
      } catch (const std::bad_alloc&) {
        outcomes[i] = {.sample = sample, .recorded = true, .problem = "there is not enough memory for its recording"};
      }
    }
  };
  const std::size_t helpers =
      base::startable_threads(std::min<std::size_t>(std::thread::hardware_concurrency(), outcomes.size()));
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(read);
  read();
  threads.clear();
  return outcomes;
}

CrashState crash_state_of(const std::vector<SampleOutcome>& outcomes) {
  CrashState state;
  state.still = names_where(outcomes, [](const auto& outcome) { return outcome.crashed; });
  state.sometimes = names_where(outcomes, [](const auto& outcome) { return outcome.crashed_once; });
  return state;
}

std::string summary_text(const Session& session, const std::vector<SampleOutcome>& outcomes,
                         const CrashState& crashes) {
  const auto unrecorded = names_where(outcomes, [](const auto& outcome) { return !outcome.recorded; });
  const auto broken = names_where(outcomes, [](const auto& outcome) { return outcome.unreadable(); });
  const auto crashed = names_where(outcomes, [](const auto& outcome) { return outcome.crashed; });
  const auto counted = relevant(outcomes);
  const auto perfect = static_cast<std::size_t>(
      std::count_if(counted.begin(), counted.end(), [](const auto* outcome) { return outcome->perfect(); }));
  const std::string version = session.samples_version();
  std::string text = fmt::format("Summary of media_player debug info for session: {}\nSamples version: {}\n",
                                 session.name(), version.empty() ? "unknown" : version);
  text += unrecorded.empty()
              ? "All samples have a .dbg recording.\n"
              : fmt::format("Samples with no .dbg recording: {}\n{}\n", unrecorded.size(), listed(unrecorded));
  if (!broken.empty())
    text += fmt::format("Samples with a .dbg recording that cannot be read: {}\n{}\n", broken.size(), listed(broken));
  text += fmt::format(
      "Samples that always crashed: {}\n"
      "Relevant samples (all - no_dbg - crashed): {}\n"
      "Naive quality number (anomalies / samples): {:f}\n"
      "Relevant samples with perfect play: {} / {}\n"
      "Relevant samples with anomalies   : {} / {}\n\n",
      crashed.size(), counted.size(), per_sample(total_defects(counted), counted.size()), perfect, counted.size(),
      counted.size() - perfect, counted.size());
  std::vector<std::string> finally;
  const std::set<std::string> still(crashes.still.begin(), crashes.still.end());
  for (const auto& name : crashes.sometimes)
    if (!still.contains(name)) finally.push_back(name);
  text += fmt::format("Samples that crashed in any one of the {} attempts to play\n{}\n\n", crashes.retries + 1,
                      listed(crashes.sometimes));
  text += fmt::format("Samples that crashed but finally played entirelly\n{}\n\n", listed(finally));
  text += "Per sample defects info (always crashed and perfect plays not listed)\n";
  for (const auto* outcome : counted)
    if (outcome->defects.total() > 0)
      text += fmt::format("\nSample: {}\n{}\n", outcome->sample, counter_report(outcome->defects));
  append_repeated(text, counted);
  append_crashes(text, session);
  return text;
}

std::string summary_json(const Session& session, const std::vector<SampleOutcome>& outcomes,
                         const CrashState& crashes) {
  Json samples = Json::array();
  for (const auto& outcome : outcomes) {
    Json plays = Json::array();
    for (const auto& play : outcome.plays) plays.push_back(counts_json(play));
    samples.push_back({{"sample", base::to_utf8(outcome.sample)},
                       {"recorded", outcome.recorded},
                       {"crashed", outcome.crashed},
                       {"crashed_once", outcome.crashed_once},
                       {"problem", outcome.problem.empty() ? Json(nullptr) : Json(base::to_utf8(outcome.problem))},
                       {"defects", counts_json(outcome.defects)},
                       {"plays", std::move(plays)}});
  }
  Json reports = Json::array();
  if (const auto kept = session.crash_reports())
    for (const auto& crash : *kept) reports.push_back(crash_json(crash));
  const Json all = {
      {"version", 1},
      {"session", session.name()},
      {"samples_version", base::to_utf8(session.samples_version())},
      {"samples", std::move(samples)},
      {"crash_state",
       {{"retries", crashes.retries}, {"sometimes_crashed", crashes.sometimes}, {"still_crashing", crashes.still}}},
      {"crashes", std::move(reports)},
      {"player_info", lines_of(session, {"_player_info.txt", "_pyglet_info.txt"})},
      {"revision", lines_of(session, {"_revision.txt", "_pyglet_hg_revision.txt"})}};
  return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fatespec::sessions
