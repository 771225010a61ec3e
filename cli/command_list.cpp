#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/inputs.hpp"
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

}  // namespace

void add_list(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<InputOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* list = app.add_subcommand("list", "the tests that a run would take");
  add_input_options(*list, *options);
  add_filter_option(*list, *options);
  list->add_flag("--json", *json, "a JSON object a line");
  list->footer(
      "Examples:\n"
      "  fatespec list --filter 'suite(h264)'\n"
      "  fatespec list suites/mpegaudio.yaml --json");
  list->callback([options, json, &exit_code] {
    const auto loaded = load_inputs(*options);
    if (const auto* code = std::get_if<ExitCode>(&loaded)) {
      exit_code = *code;
      return;
    }
    const auto& inputs = std::get<Inputs>(loaded);
    std::string text;
    for (const auto& test : inputs.plan.tests) {
      if (*json) text += reports::json_line(test) + "\n";
      else append_line(text, test, inputs.project->configurations.size() > 1);
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace fatespec::cli
