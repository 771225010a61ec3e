#include <algorithm>
#include <cstdio>

#include "cli/causes/show_divergence.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "runner/local/tool_process.hpp"

namespace fatespec::cli {
namespace {

struct DivergeOptions : DivergenceOptions {
  std::string test;
  InputOptions inputs;
};

ExitCode diverge(const DivergeOptions& options) {
  const auto loaded = load_test(options.inputs, options.test);
  if (!loaded) return loaded.error();
  const Inputs& inputs = *loaded;
  // Of several configurations, the first that runs here.
  const auto here = std::find_if(inputs.plan.tests.begin(), inputs.plan.tests.end(), [&](const auto& test) {
    return obstacle_of_divergence(*inputs.project, test).empty();
  });
  const model::PlannedTest& test = here == inputs.plan.tests.end() ? inputs.plan.tests.front() : *here;
  const runner::ToolInterruption interruption;
  const auto shown = show_divergence(*inputs.project, test, options);
  if (const auto status = runner::ToolInterruption::exit_status()) return static_cast<ExitCode>(*status);
  if (!shown) return complain(base::Error{shown.error().kind, test.name + ": " + shown.error().message});
  std::printf("%s", shown->text.c_str());
  return shown->differs ? ExitCode::bad_test : ExitCode::success;
}

}  // namespace

void add_diverge(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<DivergeOptions>();
  CLI::App* command = app.add_subcommand(
      "diverge", "the first frame or sample of a test's output that differs: expected, actual, difference");
  command->add_option("TEST", options->test, "its full name")->required();
  add_input_options(*command, options->inputs);
  command->add_option("--reference", options->reference, "the ffmpeg to compare with")->type_name("FFMPEG");
  command->add_option("--expected", options->expected, "a file to compare with")->type_name("FILE");
  command->add_option("-o,--output", options->output, "the folder for page and pictures")->type_name("DIR");
  command->add_option("--results", options->results, "where the results are, for files that a run has kept");
  command->footer(
      "Examples:\n"
      "  fatespec diverge h264/ba-mw --reference /usr/bin/ffmpeg\n"
      "  fatespec diverge aac/al04 -o /tmp/difference");
  command->callback([options, &exit_code] { exit_code = diverge(*options); });
}

}  // namespace fatespec::cli
