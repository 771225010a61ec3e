#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/resumption.hpp"
#include "reports/comparison.hpp"

namespace fatespec::cli {
namespace {

struct CompareOptions {
  StoreOptions store;
  std::string before;
  std::string after = "latest";
  bool json = false;
};

ExitCode compare(const CompareOptions& options) {
  auto opened = open_store(options.store);
  if (!opened) return opened.error();
  auto& store = **opened;
  const auto before = store.find_run(options.before);
  if (!before) return complain(before.error());
  const auto after = store.find_run(options.after);
  if (!after) return complain(after.error());
  const auto old_results = store.summaries(before->id);
  if (!old_results) return complain(old_results.error());
  const auto new_results = store.summaries(after->id);
  if (!new_results) return complain(new_results.error());
  auto comparison = results::compare_runs(*old_results, *new_results);
  if (auto added = store.add_lines(comparison.changes, before->id, after->id); !added) return complain(added.error());
  auto trends = store.cpu_trends(after->id, before->id);
  if (!trends) return complain(trends.error());
  comparison.trends = std::move(*trends);
  if (!is_complete(*after) || !select_alike(*before, *after)) comparison.forget_what_was_not_run();
  const reports::Console console(stdout);
  const std::string text = options.json ? reports::comparison_json(*before, *after, comparison)
                                        : reports::comparison_text(console, *before, *after, comparison);
  std::fputs(text.c_str(), stdout);
  return comparison.got_worse() ? ExitCode::bad_test : ExitCode::success;
}

struct HistoryOptions {
  StoreOptions store;
  std::string test;
  std::size_t most = 30;
  bool json = false;
};

/// The full name of the only test that is named so.
OrExit<std::string> test_that_is_meant(results::Store& store, const std::string& name) {
  const auto latest = store.latest_results();
  if (!latest) return complain(latest.error());
  std::set<std::string> known;
  for (const auto& result : *latest) known.insert(result.test);
  const auto meant = tests_named(name, known);
  if (meant.size() == 1) return *meant.begin();
  complain(meant.empty() ? fmt::format("no run has a result of `{}`{}", name,
                                       base::did_you_mean(name, {known.begin(), known.end()}))
                         : ambiguity(name, meant));
  return ExitCode::nothing_selected;
}

ExitCode show_history(const HistoryOptions& options) {
  auto opened = open_store(options.store);
  if (!opened) return opened.error();
  auto& store = **opened;
  const auto test = test_that_is_meant(store, options.test);
  if (!test) return test.error();
  const auto& name = *test;
  const auto entries = store.history(name, options.most);
  if (!entries) return complain(entries.error());
  if (entries->empty()) return ExitCode::success;  // its run was removed meanwhile
  auto trends = store.cpu_trends(entries->front().run);
  if (!trends) return complain(trends.error());
  std::erase_if(*trends, [&](const auto& trend) { return trend.test != name; });
  const std::string text = options.json ? reports::history_json(name, *entries, *trends)
                                        : reports::history_text(reports::Console(stdout), *entries, *trends);
  std::fputs(text.c_str(), stdout);
  return ExitCode::success;
}

}  // namespace

void add_compare(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* compare_command = app.add_subcommand("compare", "what has changed from one run to another");
  compare_command->add_option("BEFORE", options->before, "a run: an id, a prefix, latest or latest~N")->required();
  compare_command->add_option("AFTER", options->after, "another")->capture_default_str();
  add_store_options(*compare_command, options->store);
  compare_command->add_flag("--json", options->json, "as JSON Lines");
  compare_command->footer(
      "Ends with 1 if something got worse: a test that was good or new is bad, or uses more CPU time than chance "
      "explains. That takes four runs after the change at least, so it is told between runs that lie further apart.\n\n"
      "Examples:\n  fatespec compare latest~1 latest\n  fatespec compare latest~6 latest\n  fatespec compare 3fa2 "
      "--json");
  compare_command->callback([options, &exit_code] { exit_code = compare(*options); });
}

void add_history(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* history = app.add_subcommand("history", "a test's verdicts, CPU time and memory over the runs");
  history->add_option("TEST", options->test, "its name, or a glob that only it matches")->required();
  add_store_options(*history, options->store);
  history->add_option("-n", options->most, "how many results")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000'000));
  history->add_flag("--json", options->json, "as JSON Lines");
  history->footer("Example:\n  fatespec history mpegaudio/mp2-md5 -n 10");
  history->callback([options, &exit_code] { exit_code = show_history(*options); });
}

}  // namespace fatespec::cli
