#include "sessions/session_reports.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sessions/counter_report.hpp"

namespace fatespec::sessions {
namespace {

SampleOutcome outcome_of(const Session& session, const std::string& sample) {
  SampleOutcome outcome;
  outcome.sample = sample;
  std::error_code ignored;
  outcome.recorded = std::filesystem::exists(session.recording(sample), ignored);
  if (!outcome.recorded) return outcome;
  const auto recording = Recording::open(session.recording(sample));
  if (!recording) {
    outcome.problem = recording.error().message;
    return outcome;
  }
  outcome.crashed = recording->crashed();
  outcome.defects = recording->defects();
  outcome.problem = recording->problem();
  return outcome;
}

bool unreadable(const SampleOutcome& outcome) {
  return !outcome.problem.empty() && !outcome.crashed && outcome.defects.total() == 0;
}

/// What says something about the player: recorded, and not crashed whatever was tried.
std::vector<const SampleOutcome*> relevant(const std::vector<SampleOutcome>& outcomes) {
  std::vector<const SampleOutcome*> found;
  for (const auto& outcome : outcomes)
    if (outcome.recorded && !outcome.crashed && !unreadable(outcome)) found.push_back(&outcome);
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

}  // namespace

base::Result<std::vector<SampleOutcome>> outcomes_of(const Session& session) {
  const auto playlist = session.playlist();
  if (!playlist) return playlist.error();
  std::vector<SampleOutcome> outcomes;
  for (const auto& sample : *playlist) outcomes.push_back(outcome_of(session, sample));
  return outcomes;
}

CrashState crash_state_of(const std::vector<SampleOutcome>& outcomes) {
  CrashState state;
  state.still = state.sometimes = names_where(outcomes, [](const auto& outcome) { return outcome.crashed; });
  return state;
}

std::string summary_text(const Session& session, const std::vector<SampleOutcome>& outcomes,
                         const CrashState& crashes) {
  const auto unrecorded = names_where(outcomes, [](const auto& outcome) { return !outcome.recorded; });
  const auto broken = names_where(outcomes, unreadable);
  const auto crashed = names_where(outcomes, [](const auto& outcome) { return outcome.crashed; });
  const auto counted = relevant(outcomes);
  const auto perfect = static_cast<std::size_t>(
      std::count_if(counted.begin(), counted.end(), [](const auto* outcome) { return outcome->defects.total() == 0; }));
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
  return text;
}

Comparison compare_sessions(const std::string& session, const std::vector<SampleOutcome>& outcomes,
                            const std::string& other, const std::vector<SampleOutcome>& other_outcomes) {
  std::map<std::string, const SampleOutcome*> others;
  for (const auto& outcome : other_outcomes) others[outcome.sample] = &outcome;
  std::vector<const SampleOutcome*> ours;
  std::vector<const SampleOutcome*> theirs;
  std::map<std::string, std::vector<std::string>> left_out;
  Comparison comparison;
  std::string details;
  for (const auto& outcome : outcomes) {
    const auto found = others.find(outcome.sample);
    if (found == others.end()) left_out["only in " + session].push_back(outcome.sample);
    else if (!outcome.recorded || !found->second->recorded) left_out["not recorded in both"].push_back(outcome.sample);
    else if (outcome.crashed || found->second->crashed) {
      left_out["crashed in " + std::string(outcome.crashed && found->second->crashed ? "both"
                                           : outcome.crashed                         ? session
                                                                                     : other)]
          .push_back(outcome.sample);
      comparison.worse = comparison.worse || !found->second->crashed;
    } else {
      ours.push_back(&outcome);
      theirs.push_back(found->second);
      std::string changes;
      for (const auto& info : all_defects()) {
        const auto before = found->second->defects[info.defect];
        const auto now = outcome.defects[info.defect];
        if (before == now) continue;
        changes += fmt::format("  {:7} -> {:7}  {}\n", before, now, info.description);
        comparison.worse = comparison.worse || now > before;
      }
      if (!changes.empty()) details += fmt::format("\nSample: {}\n{}", outcome.sample, changes);
    }
    others.erase(outcome.sample);
  }
  for (const auto& [sample, outcome] : others) left_out["only in " + other].push_back(sample);
  const auto crashes = [](const std::vector<SampleOutcome>& all) {
    return names_where(all, [](const auto& o) { return o.crashed; }).size();
  };
  const std::size_t longer = std::max(outcomes.size(), other_outcomes.size());
  comparison.text = fmt::format(
      "crashes | Defects per sample | session\n{:7} | {:18.3f} | {}\n{:7} | {:18.3f} | {}\n\nconfidence: {:.3f} ({} of "
      "{} samples compared)\n",
      crashes(outcomes), per_sample(total_defects(ours), ours.size()), session, crashes(other_outcomes),
      per_sample(total_defects(theirs), theirs.size()), other, per_sample(ours.size(), longer), ours.size(), longer);
  for (const auto& [reason, samples] : left_out)
    comparison.text += fmt::format("\nleft out, {}:\n{}\n", reason, listed(samples));
  comparison.text += details.empty() ? fmt::format("\nno sample's defects differ ({} -> {})\n", other, session)
                                     : fmt::format("\ndefects that differ, {} -> {}:\n{}", other, session, details);
  return comparison;
}

}  // namespace fatespec::sessions
