#include "sessions/comparison.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fatespec::sessions {
namespace {

using nlohmann::ordered_json;

double per_sample(double defects, std::size_t samples) {
  return samples == 0 ? 0 : defects / static_cast<double>(samples);
}

DefectChange::Kind kind_of(const CountRange& before, const CountRange& now) {
  using Kind = DefectChange::Kind;
  if (now.least > before.most) return before.most == 0 ? Kind::appeared : Kind::grew;
  if (now.most < before.least) return now.most == 0 ? Kind::went : Kind::shrank;
  return Kind::noise;
}

SampleComparison compare_samples(const SampleOutcome& before, const SampleOutcome& now) {
  SampleComparison comparison{
      now.sample, std::max<std::size_t>(1, before.plays.size()), std::max<std::size_t>(1, now.plays.size()), {}};
  for (const auto& info : all_defects()) {
    DefectChange change{info.defect, range_of(before, info.defect), range_of(now, info.defect)};
    if (change.before.least == change.now.least && change.before.most == change.now.most) continue;
    change.kind = kind_of(change.before, change.now);
    // A crash is never noise.
    if (info.defect == Defect::crash && change.before.most == 0) change.kind = DefectChange::Kind::appeared;
    if (info.defect == Defect::crash && change.now.most == 0) change.kind = DefectChange::Kind::went;
    comparison.changes.push_back(change);
  }
  return comparison;
}

std::size_t crashes_in(const std::vector<SampleOutcome>& outcomes) {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [](const auto& outcome) { return outcome.crashed_once; }));
}

double mean_defects(const SampleOutcome& outcome) {
  if (outcome.plays.empty()) return static_cast<double>(outcome.defects.total());
  double total = 0;
  for (const auto& play : outcome.plays) total += static_cast<double>(play.total());
  return total / static_cast<double>(outcome.plays.size());
}

/// Why a sample of both cannot be compared; empty if it can.
std::string obstacle(const SampleOutcome& now, const std::string& session, const SampleOutcome& before,
                     const std::string& other) {
  const auto in = [&](bool so_now, bool so_before) {
    return " in " + (so_now && so_before ? "both" : so_now ? session : other);
  };
  if (!now.recorded || !before.recorded) return "not recorded" + in(!now.recorded, !before.recorded);
  if (now.unreadable() || before.unreadable()) return "not readable" + in(now.unreadable(), before.unreadable());
  return now.crashed || before.crashed ? "crashed" + in(now.crashed, before.crashed) : "";
}

std::string range_text(const CountRange& range) {
  return range.least == range.most ? fmt::format("{}", range.least) : fmt::format("{}..{}", range.least, range.most);
}

ordered_json range_json(const CountRange& range) {
  return {{"least", range.least}, {"median", range.median}, {"most", range.most}};
}

ordered_json figures_json(const SessionFigures& figures) {
  return {{"session", figures.name}, {"crashes", figures.crashes}, {"defects_per_sample", figures.defects_per_sample}};
}

}  // namespace

std::string_view name_of(DefectChange::Kind kind) {
  constexpr std::array<std::string_view, 5> names = {"appeared", "went", "grew", "shrank", "noise"};
  return names.at(static_cast<std::size_t>(kind));
}

bool Comparison::worse() const {
  return lost_now || std::any_of(samples.begin(), samples.end(), [](const auto& sample) {
           return std::any_of(sample.changes.begin(), sample.changes.end(),
                              [](const auto& change) { return change.worse(); });
         });
}

Comparison compare_sessions(const std::string& session, const std::vector<SampleOutcome>& outcomes,
                            const std::string& other, const std::vector<SampleOutcome>& other_outcomes) {
  std::map<std::string, const SampleOutcome*> others;
  for (const auto& outcome : other_outcomes) others[outcome.sample] = &outcome;
  Comparison comparison;
  double defects_now = 0;
  double defects_before = 0;
  for (const auto& now : outcomes) {
    const auto found = others.find(now.sample);
    if (found == others.end()) {
      comparison.left_out["only in " + session].push_back(now.sample);
      continue;
    }
    const SampleOutcome& before = *found->second;
    others.erase(found);
    if (const std::string why = obstacle(now, session, before, other); !why.empty()) {
      comparison.left_out[why].push_back(now.sample);
      const bool good_before = before.recorded && !before.unreadable() && !before.crashed;
      comparison.lost_now = comparison.lost_now || good_before;
      continue;
    }
    ++comparison.compared;
    defects_now += mean_defects(now);
    defects_before += mean_defects(before);
    auto compared = compare_samples(before, now);
    if (!compared.changes.empty()) comparison.samples.push_back(std::move(compared));
  }
  for (const auto& [sample, outcome] : others) comparison.left_out["only in " + other].push_back(sample);
  comparison.longer = std::max(outcomes.size(), other_outcomes.size());
  comparison.now = {session, crashes_in(outcomes), per_sample(defects_now, comparison.compared)};
  comparison.before = {other, crashes_in(other_outcomes), per_sample(defects_before, comparison.compared)};
  return comparison;
}

std::string comparison_text(const Comparison& comparison) {
  std::string text = "crashes | Defects per sample | session\n";
  for (const auto* row : {&comparison.now, &comparison.before})
    text += fmt::format("{:7} | {:18.3f} | {}\n", row->crashes, row->defects_per_sample, row->name);
  text += fmt::format("\nconfidence: {:.3f} ({} of {} samples compared)\n", comparison.confidence(),
                      comparison.compared, comparison.longer);
  for (const auto& [reason, samples] : comparison.left_out)
    text += fmt::format("\nleft out, {}:\n{}\n", reason, fmt::join(samples, "\n"));
  const std::string way = comparison.before.name + " -> " + comparison.now.name;
  if (comparison.samples.empty()) return text + fmt::format("\nno sample's defects differ ({})\n", way);
  text += fmt::format("\ndefects that differ, {}:\n", way);
  for (const auto& sample : comparison.samples) {
    text += fmt::format("\nSample: {}", sample.sample);
    if (sample.plays_before > 1 || sample.plays_now > 1)
      text += fmt::format(" ({} and {} plays)", sample.plays_before, sample.plays_now);
    text += '\n';
    for (const auto& change : sample.changes)
      text += fmt::format("  {:8}  {:>7} -> {:>7}  {}\n", name_of(change.kind), range_text(change.before),
                          range_text(change.now), info_of(change.defect).description);
  }
  return text;
}

std::string comparison_json(const Comparison& comparison) {
  ordered_json samples = ordered_json::array();
  for (const auto& sample : comparison.samples) {
    ordered_json changes = ordered_json::array();
    for (const auto& change : sample.changes)
      changes.push_back({{"defect", model::name_of(change.defect)},
                         {"change", name_of(change.kind)},
                         {"before", range_json(change.before)},
                         {"now", range_json(change.now)}});
    samples.push_back({{"sample", base::to_utf8(sample.sample)},
                       {"plays_before", sample.plays_before},
                       {"plays_now", sample.plays_now},
                       {"changes", std::move(changes)}});
  }
  ordered_json left_out = ordered_json::object();
  for (const auto& [reason, names] : comparison.left_out)
    for (const auto& name : names) left_out[reason].push_back(base::to_utf8(name));
  const ordered_json all = {{"version", 1},
                            {"now", figures_json(comparison.now)},
                            {"before", figures_json(comparison.before)},
                            {"confidence", comparison.confidence()},
                            {"compared", comparison.compared},
                            {"worse", comparison.worse()},
                            {"left_out", std::move(left_out)},
                            {"samples", std::move(samples)}};
  return all.dump(1) + "\n";
}

}  // namespace fatespec::sessions
