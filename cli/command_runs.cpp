#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/resumption.hpp"
#include "reports/json_lines.hpp"
#include "reports/summary.hpp"
#include "runner/groups/attribution.hpp"

namespace fatespec::cli {
namespace {

/// Of a run that was cut short, or is under way.
std::string not_run(const model::Run& run, const reports::Console& console) {
  const auto ran = run.counts.total();
  if (ran >= run.planned) return "";
  const std::string why = run.cut_by.empty() ? "" : " (" + base::printable(run.cut_by) + ")";
  return console.styled(reports::Style::yellow,
                        fmt::format(", {} of {} not run{}", run.planned - ran, run.planned, why));
}

ExitCode list_runs(const StoreOptions& options, std::size_t most, const reports::Console& console) {
  auto opened = open_store(options);
  if (!opened) return opened.error();
  const auto runs = (*opened)->runs(most);
  if (!runs) return complain(runs.error());
  if (runs->empty()) std::printf("no runs yet\n");
  for (const auto& run : *runs) {
    const std::string time = reports::time_text(run.started);
    const std::string wall = run.finished ? base::format_duration(*run.finished - run.started) : "unfinished";
    std::printf("%s  %s  %10s  %s%s\n", console.styled(reports::Style::bold, base::printable(run.id)).c_str(),
                time.c_str(), wall.c_str(), reports::describe(run.counts, console).c_str(),
                not_run(run, console).c_str());
  }
  return ExitCode::success;
}

void show_excerpt(const char* name, const model::Excerpt& excerpt) {
  if (excerpt.bytes == 0) return;
  std::printf("%s, %llu bytes%s:\n%s\n", name, static_cast<unsigned long long>(excerpt.bytes),
              excerpt.truncated ? " (head and tail)" : "", base::printable_lines(model::readable(excerpt)).c_str());
}

void show_test(const model::TestResult& result, const reports::Console& console, bool several) {
  const reports::BadResultText all{.several_configurations = several, .most_detail = SIZE_MAX, .show_command = ""};
  std::printf("%s\n", reports::describe_bad(result, console, all).c_str());
  std::printf("attempts %d, status %s, wall %s, user %s, system %s, memory %s%s\n", result.attempts,
              result.status           ? std::to_string(*result.status).c_str()
              : result.signal.empty() ? "none"
                                      : result.signal.c_str(),
              base::format_duration(result.wall).c_str(), base::format_duration(result.usage.user).c_str(),
              base::format_duration(result.usage.system).c_str(),
              base::format_size(result.usage.max_rss_kib * 1024).c_str(), result.leaky ? ", leaky" : "");
  show_excerpt("stdout", result.output);
  show_excerpt("stderr", result.error);
  for (const auto& attempt : result.failed_attempts) {
    std::printf("attempt %d: %s, %s\n", attempt.number, std::string(model::name_of(attempt.verdict)).c_str(),
                base::printable(attempt.reason).c_str());
    show_excerpt("its stdout", attempt.output);
    show_excerpt("its stderr", attempt.error);
    if (!attempt.kept_directory.empty())
      std::printf("its directory: %s\n", base::printable(attempt.kept_directory).c_str());
  }
}

struct ShowOptions {
  StoreOptions store;
  std::string run = "latest";
  std::string test;
  bool all = false;
  bool json = false;
};

bool have_several_configurations(const std::vector<model::TestResult>& results) {
  return std::any_of(results.begin(), results.end(),
                     [&](const auto& result) { return result.configuration != results.front().configuration; });
}

/// What was bad, or all, and what there is to say of the whole run.
void show_results(const ShowOptions& options, const std::vector<model::TestResult>& results, const model::Run& run,
                  const reports::Console& console) {
  const bool several = have_several_configurations(results);
  const reports::BadResultText brief{.several_configurations = several,
                                     .show_command = "fatespec show " + run.id + text_of(options.store)};
  std::size_t flaky = 0;
  std::size_t leaky = 0;
  for (const auto& result : results) {
    flaky += result.flaky ? 1 : 0;
    leaky += result.leaky ? 1 : 0;
    if (model::is_bad(result.verdict) || options.all)
      std::printf("%s\n", reports::describe_bad(result, console, brief).c_str());
    if (result.flaky) std::printf("%s\n", reports::describe_flaky(result, console, several).c_str());
    if (result.leaky) std::printf("%s\n", reports::describe_leaky(result, console, several).c_str());
  }
  for (const auto& found : runner::attributions_of(run, results))
    std::printf("%s\n", reports::describe(found, console, several).c_str());
  const std::string cut = run.cut_by.empty() ? "" : ", cut short by " + base::printable(run.cut_by);
  const std::string wall = run.finished ? " in " + base::format_duration(*run.finished - run.started) : ", unfinished";
  std::printf("%llu of %llu tests: %s%s%s%s\n", static_cast<unsigned long long>(run.counts.total()),
              static_cast<unsigned long long>(run.planned), reports::describe(run.counts, console).c_str(),
              wall.c_str(), reports::describe_marks(flaky, leaky).c_str(), cut.c_str());
}

void show_people(const ShowOptions& options, const std::vector<model::TestResult>& results, const model::Run& run,
                 const reports::Console& console) {
  std::printf("run %s, %s, by fatespec %s\n$ %s\n", base::printable(run.id).c_str(), base::iso8601(run.started).c_str(),
              base::printable(run.version).c_str(), base::printable(run.command).c_str());
  if (options.test.empty()) return show_results(options, results, run, console);
  for (const auto& result : results) show_test(result, console, have_several_configurations(results));
}

ExitCode show_run(const ShowOptions& options) {
  auto opened = open_store(options.store);
  if (!opened) return opened.error();
  auto& store = **opened;
  const auto run = store.find_run(options.run);
  if (!run) return complain(run.error());
  auto results = store.results(run->id);
  if (!results) return complain(results.error());
  if (!options.test.empty()) {
    std::set<std::string> known;
    for (const auto& result : *results) known.insert(result.test);
    const auto meant = tests_named(options.test, known);
    std::erase_if(*results, [&](const auto& result) { return !meant.contains(result.test); });
    if (results->empty()) {
      complain(fmt::format("run {} has no test `{}`", run->id, options.test));
      return ExitCode::nothing_selected;
    }
  }
  if (options.json)
    std::printf("%s",
                reports::json_lines(*run, *results, runner::attributions_of(*run, *results), shard_of(*run)).c_str());
  else show_people(options, *results, *run, reports::Console(stdout));
  return ExitCode::success;
}

}  // namespace

void add_runs(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<StoreOptions>();
  auto most = std::make_shared<std::size_t>(30);
  CLI::App* runs = app.add_subcommand("runs", "the runs that are kept, the latest first");
  add_store_options(*runs, *options);
  runs->add_option("-n", *most, "how many")->capture_default_str()->check(CLI::Range(1, 1'000'000'000));
  runs->footer("Example:\n  fatespec runs -n 5");
  runs->callback([options, most, &exit_code] { exit_code = list_runs(*options, *most, reports::Console(stdout)); });
}

void add_show(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* show = app.add_subcommand("show", "the results of a run");
  show->add_option("RUN", options->run, "an id, a unique prefix of one, latest, or latest~N")->capture_default_str();
  add_store_options(*show, options->store);
  show->add_option("--test", options->test, "only this test (a name or a glob), with its output");
  show->add_flag("--all", options->all, "good results as well");
  show->add_flag("--json", options->json, "as JSON Lines");
  show->footer(
      "Examples:\n  fatespec show\n  fatespec show latest~1 --all\n  fatespec show 3fa2 --test mpegaudio/mp2-md5");
  show->callback([options, &exit_code] { exit_code = show_run(*options); });
}

}  // namespace fatespec::cli
