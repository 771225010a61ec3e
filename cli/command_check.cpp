#include <cstdio>

#include "cli/commands.hpp"
#include "cli/common/inputs.hpp"
#include "reports/summary.hpp"

namespace fatespec::cli {

void add_check(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<InputOptions>();
  CLI::App* check = app.add_subcommand("check", "validate specs and configuration");
  add_input_options(*check, *options);
  check->footer(
      "Every problem of every file is shown with its place.\n\nExamples:\n"
      "  fatespec check\n"
      "  fatespec check suites/*.yaml --set SAMPLES_PATH=/fate-suite");
  check->callback([options, &exit_code] {
    const auto loaded = load_inputs(*options);
    if (!loaded) {
      exit_code = loaded.error();
      return;
    }
    const auto& inputs = *loaded;
    std::printf("%zu %s, %s: no problem\n", inputs.suites.size(), inputs.suites.size() == 1 ? "suite" : "suites",
                reports::number_of_tests(inputs.plan.tests.size()).c_str());
  });
}

}  // namespace fatespec::cli
