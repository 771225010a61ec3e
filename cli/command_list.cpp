#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_selection.hpp"
#include "reports/json_lines.hpp"

namespace fatespec::cli {
namespace {

void append_line(std::string& text, const model::PlannedTest& test, bool several_configurations) {
  text += base::printable(test.name);
  if (several_configurations) text += " [" + base::printable(test.configuration->name) + "]";
  if (test.skip_reason) text += "  (skip: " + base::printable(*test.skip_reason) + ")";
  else if (!test.probes.empty()) text += "  (if a probe allows it)";
  text += '\n';
}

struct ListOptions {
  RunOptions run;
  bool json = false;
};

/// Leaves those that `--shard` and `--rerun-failed` leave to a run.
OrExit<void> select(const ListOptions& options, model::TestPlan& plan) {
  std::unique_ptr<results::Store> store;
  if (options.run.rerun_failed) {
    auto opened = open_store({options.run.inputs, options.run.results});
    if (!opened) return opened.error();
    store = std::move(*opened);
  }
  const auto selected = select_tests(options.run, plan, store.get(), {});
  if (!selected) return selected.error();
  return {};
}

ExitCode list(const ListOptions& options) {
  auto loaded = load_inputs(options.run.inputs);
  if (!loaded) return loaded.error();
  auto& inputs = *loaded;
  if (const auto selected = select(options, inputs.plan); !selected) return selected.error();
  std::string text;
  for (const auto& test : inputs.plan.tests) {
    if (options.json) text += reports::json_line(test) + "\n";
    else append_line(text, test, inputs.project->configurations.size() > 1);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return ExitCode::success;
}

}  // namespace

void add_list(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ListOptions>();
  options->run.order = "file";
  CLI::App* command = app.add_subcommand("list", "the tests that a run would take");
  add_input_options(*command, options->run.inputs);
  add_filter_option(*command, options->run.inputs);
  add_selection_options(*command, options->run);
  command->add_option("--results", options->run.results, "where results are kept, for --rerun-failed")
      ->type_name("FILE|postgresql://…");
  command->add_flag("--json", options->json, "a JSON object a line");
  command->footer(
      "Examples:\n"
      "  fatespec list --filter 'suite(h264)'\n"
      "  fatespec list --shard 1/4\n"
      "  fatespec list suites/mpegaudio.yaml --json");
  command->callback([options, &exit_code] { exit_code = list(*options); });
}

}  // namespace fatespec::cli
