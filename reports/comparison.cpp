#include "reports/comparison.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "reports/summary.hpp"

namespace fatespec::reports {
namespace {

using Json = nlohmann::ordered_json;
using results::Change;
using results::ChangeKind;

Style style_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::broke:
    case ChangeKind::new_bad:
    case ChangeKind::worse: return Style::red;
    case ChangeKind::bad_still:
    case ChangeKind::gone:
    case ChangeKind::output: return Style::yellow;
    case ChangeKind::fixed: return Style::green;
    default: return Style::plain;
  }
}

std::string ending(const results::ResultSummary& result) {
  std::string text(model::name_of(result.verdict));
  if (!result.reason.empty()) text += " (" + base::shorten(base::printable(result.reason), 100) + ")";
  return text;
}

std::string change_of(std::uint64_t before, std::uint64_t after) {
  if (before == 0) return "";
  return fmt::format(" ({:+.1f} %)", 100 * (static_cast<double>(after) / static_cast<double>(before) - 1));
}

/// "`1234` -> `1240` (+0.5 %)", or how much was written.
std::string output_change(const Change& change) {
  if (change.line_before == change.line_after)
    return fmt::format("{} -> {} bytes", change.before->stdout_bytes, change.after->stdout_bytes);
  const auto before = base::parse_integer(change.line_before);
  const auto after = base::parse_integer(change.line_after);
  const bool sizes = before && after && *before > 0 && *after >= 0;
  return fmt::format("`{}` -> `{}`{}", base::printable(change.line_before), base::printable(change.line_after),
                     sizes ? change_of(static_cast<std::uint64_t>(*before), static_cast<std::uint64_t>(*after)) : "");
}

std::string what_changed(const Change& change) {
  if (change.before == nullptr) return ending(*change.after);
  if (change.after == nullptr) return "was " + ending(*change.before);
  if (change.kind == ChangeKind::output) return "passed both times with another output, " + output_change(change);
  return ending(*change.before) + " -> " + ending(*change.after);
}

std::string test_label(const std::string& test, const std::string& configuration) {
  return configuration == "default" ? base::printable(test)
                                    : fmt::format("{} [{}]", base::printable(test), base::printable(configuration));
}

std::string totals_text(const results::Totals& totals) {
  if (totals.tests == 0) return "no test passed in both runs\n";
  const auto cpu = [](base::Duration time) { return static_cast<std::uint64_t>(time.count()); };
  return fmt::format("{} passed in both: CPU {} -> {}{}, largest memory {} -> {}{}, output {} -> {}{}\n",
                     number_of_tests(totals.tests), base::format_duration(totals.cpu_before),
                     base::format_duration(totals.cpu_after), change_of(cpu(totals.cpu_before), cpu(totals.cpu_after)),
                     base::format_size(totals.rss_before_kib * 1024), base::format_size(totals.rss_after_kib * 1024),
                     change_of(totals.rss_before_kib, totals.rss_after_kib), base::format_size(totals.output_before),
                     base::format_size(totals.output_after), change_of(totals.output_before, totals.output_after));
}

/// "memory  s/x  50 MiB -> 200 MiB (+300.0 %)".
std::string resource_text(const results::ResourceChange& change) {
  const auto& before = *change.before;
  const auto& after = *change.after;
  const std::string label = test_label(after.test, after.configuration);
  if (change.what == results::ResourceChange::What::memory)
    return fmt::format("{:13} {}  {} -> {}{}\n", "memory", label, base::format_size(before.max_rss_kib * 1024),
                       base::format_size(after.max_rss_kib * 1024), change_of(before.max_rss_kib, after.max_rss_kib));
  return fmt::format(
      "{:13} {}  {} -> {}{}, in these two runs\n", "CPU", label, base::format_duration(before.cpu),
      base::format_duration(after.cpu),
      change_of(static_cast<std::uint64_t>(before.cpu.count()), static_cast<std::uint64_t>(after.cpu.count())));
}

std::string resources_text(const std::vector<results::ResourceChange>& changes) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, changes.size()); ++i) text += resource_text(changes[i]);
  if (changes.size() > most)
    text += fmt::format("… and {} more changes of CPU time or memory (--json has all)\n", changes.size() - most);
  return text;
}

std::string counts_text(const results::RunComparison& comparison) {
  std::string text;
  constexpr std::array kinds = {ChangeKind::broke,     ChangeKind::new_bad, ChangeKind::worse,
                                ChangeKind::bad_still, ChangeKind::gone,    ChangeKind::fixed,
                                ChangeKind::output,    ChangeKind::verdict, ChangeKind::appeared};
  for (const auto kind : kinds) {
    const auto number = std::count_if(comparison.changes.begin(), comparison.changes.end(),
                                      [&](const Change& change) { return change.kind == kind; });
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, results::name_of(kind));
  }
  return text.empty() ? "no verdict and no output changed" : text;
}

Json side(const results::ResultSummary* result) {
  if (result == nullptr) return {};
  return {{"verdict", model::name_of(result->verdict)},
          {"reason", base::to_utf8(result->reason)},
          {"stdout_bytes", result->stdout_bytes},
          {"cpu_s", base::seconds(result->cpu)},
          {"max_rss_kib", result->max_rss_kib}};
}

Json json_of(const results::CpuTrend& trend) {
  return {{"type", "cpu_trend"},
          {"test", base::to_utf8(trend.test)},
          {"configuration", base::to_utf8(trend.configuration)},
          {"before_s", trend.before},
          {"after_s", trend.after},
          {"runs_before", trend.runs_before},
          {"runs_after", trend.runs_after},
          {"p", trend.p}};
}

Json json_of(const Change& change) {
  Json json = {{"type", "change"},
               {"kind", results::name_of(change.kind)},
               {"test", base::to_utf8(change.test)},
               {"configuration", base::to_utf8(change.configuration)},
               {"before", side(change.before)},
               {"after", side(change.after)}};
  if (change.line_before == change.line_after) return json;
  json["before"]["line"] = base::to_utf8(change.line_before);
  json["after"]["line"] = base::to_utf8(change.line_after);
  return json;
}

}  // namespace

std::string trend_text(const Console& console, const results::CpuTrend& trend) {
  const bool slower = trend.change() > 0;
  const auto time = [](double seconds) {
    return base::format_duration(std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds)));
  };
  return fmt::format("{} {}  CPU {} -> {} ({:+.1f} %), the last {} runs against {} before, p = {:.1g}",
                     console.styled(slower ? Style::red : Style::green, slower ? "slower " : "faster "),
                     test_label(trend.test, trend.configuration), time(trend.before), time(trend.after),
                     100 * trend.change(), trend.runs_after, trend.runs_before, trend.p);
}

std::string comparison_text(const Console& console, const model::Run& before, const model::Run& after,
                            const results::RunComparison& comparison) {
  std::string text =
      fmt::format("{} ({}) -> {} ({})\n", before.id, time_text(before.started), after.id, time_text(after.started));
  constexpr std::size_t most_of_a_kind = 40;  // a run of a part of the tests lacks hundreds of others
  std::map<ChangeKind, std::size_t> shown;
  for (const auto& change : comparison.changes) {
    const std::size_t number = ++shown[change.kind];
    if (number > most_of_a_kind) continue;
    text += fmt::format("{} {}  {}\n",
                        console.styled(style_of(change.kind), fmt::format("{:13}", results::name_of(change.kind))),
                        test_label(change.test, change.configuration), what_changed(change));
  }
  for (const auto& [kind, number] : shown)
    if (number > most_of_a_kind)
      text += fmt::format("… and {} more {} (--json has all)\n", number - most_of_a_kind, results::name_of(kind));
  for (const auto& trend : comparison.trends) text += trend_text(console, trend) + "\n";
  text += resources_text(comparison.resources) + totals_text(comparison.totals);
  if (comparison.partly_known > 0)
    text += fmt::format("{} passed both times with an output too large to be kept whole: its middle may have changed\n",
                        number_of_tests(comparison.partly_known));
  if (comparison.not_run > 0)
    text += fmt::format("{} of the run before were not run in the one after\n", number_of_tests(comparison.not_run));
  return text + console.styled(Style::bold, counts_text(comparison)) + "\n";
}

std::string comparison_json(const model::Run& before, const model::Run& after,
                            const results::RunComparison& comparison) {
  std::string text;
  for (const auto& change : comparison.changes) text += json_of(change).dump() + "\n";
  for (const auto& trend : comparison.trends) text += json_of(trend).dump() + "\n";
  for (const auto& change : comparison.resources)
    text += Json{{"type", "resource_change"},
                 {"what", change.what == results::ResourceChange::What::cpu ? "cpu" : "memory"},
                 {"test", base::to_utf8(change.after->test)},
                 {"configuration", base::to_utf8(change.after->configuration)},
                 {"before", side(change.before)},
                 {"after", side(change.after)}}
                .dump() +
            "\n";
  const auto& totals = comparison.totals;
  text += Json{{"type", "comparison"},
               {"before", base::to_utf8(before.id)},
               {"after", base::to_utf8(after.id)},
               {"worse", comparison.got_worse()},
               {"changes", comparison.changes.size()},
               {"not_run", comparison.not_run},
               {"partly_known", comparison.partly_known},
               {"passed_in_both", totals.tests},
               {"cpu_before_s", base::seconds(totals.cpu_before)},
               {"cpu_after_s", base::seconds(totals.cpu_after)},
               {"max_rss_before_kib", totals.rss_before_kib},
               {"max_rss_after_kib", totals.rss_after_kib},
               {"output_before", totals.output_before},
               {"output_after", totals.output_after}}
              .dump();
  return text + "\n";
}

std::string history_text(const Console& console, const std::vector<results::HistoryEntry>& entries,
                         const std::vector<results::CpuTrend>& trends) {
  bool several = false;
  base::Duration longest{1};
  for (const auto& entry : entries) {
    several = several || entry.configuration != entries.front().configuration;
    longest = std::max(longest, entry.cpu);
  }
  std::string text =
      fmt::format("{:12}  {:20}  {:7}  {:>9}  {:>9}  {:>9}\n", "run", "started", "verdict", "CPU", "wall", "memory");
  constexpr double bar_columns = 20;
  for (const auto& entry : entries) {
    const auto columns = static_cast<std::size_t>(bar_columns * base::seconds(entry.cpu) / base::seconds(longest));
    std::string bar;
    for (std::size_t i = 0; i < columns; ++i) bar += "▪";
    text += fmt::format(
        "{:12}  {}  {}  {:>9}  {:>9}  {:>9}  {}{}{}{}\n", base::printable(entry.run), time_text(entry.started),
        console.styled(reports::style_of(entry.verdict), fmt::format("{:7}", model::name_of(entry.verdict))),
        base::format_duration(entry.cpu), base::format_duration(entry.wall),
        base::format_size(entry.max_rss_kib * 1024), several ? "[" + base::printable(entry.configuration) + "] " : "",
        console.styled(Style::dim, bar), entry.flaky ? " flaky" : "",
        entry.reason.empty() ? "" : "  " + base::shorten(base::printable(entry.reason), 60));
  }
  for (const auto& trend : trends) text += trend_text(console, trend) + "\n";
  return text;
}

std::string history_json(const std::string& test, const std::vector<results::HistoryEntry>& entries,
                         const std::vector<results::CpuTrend>& trends) {
  std::string text;
  for (const auto& entry : entries)
    text += Json{{"type", "history"},
                 {"test", base::to_utf8(test)},
                 {"run", base::to_utf8(entry.run)},
                 {"time", base::iso8601(entry.started)},
                 {"configuration", base::to_utf8(entry.configuration)},
                 {"verdict", model::name_of(entry.verdict)},
                 {"flaky", entry.flaky},
                 {"reason", base::to_utf8(entry.reason)},
                 {"cpu_s", base::seconds(entry.cpu)},
                 {"wall_s", base::seconds(entry.wall)},
                 {"max_rss_kib", entry.max_rss_kib}}
                .dump() +
            "\n";
  for (const auto& trend : trends) text += json_of(trend).dump() + "\n";
  return text;
}

}  // namespace fatespec::reports
