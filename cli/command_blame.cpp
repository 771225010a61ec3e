#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/decisions.hpp"
#include "cli/common/inputs.hpp"

namespace fatespec::cli {
namespace {

struct BlameOptions {
  std::string test;
  InputOptions inputs;
  bool json = false;
};

ExitCode blame(const BlameOptions& options) {
  const auto loaded = load_test(options.inputs, options.test);
  if (!loaded) return loaded.error();
  std::vector<std::string> spec_files;
  for (const auto& suite : loaded->suites) spec_files.push_back(suite->file);
  auto decisions = decisions_of(spec_files);
  if (!decisions) return complain(decisions.error());
  const auto without_suite = [](const std::string& test) { return test.substr(test.find('/') + 1); };
  std::erase_if(*decisions, [&](const auto& record) {
    return record.test != options.test && without_suite(record.test) != options.test;
  });
  std::reverse(decisions->begin(), decisions->end());  // the latest first
  for (const auto& record : *decisions) {
    if (options.json) std::printf("%s\n", reports::provenance_json(record).c_str());
    else std::printf("%s\n", base::printable_lines(reports::provenance_text(record)).c_str());
  }
  if (!decisions->empty()) return ExitCode::success;
  complain(options.test + ": no `fatespec accept` has decided about its reference yet; the version control knows more");
  return ExitCode::nothing_selected;
}

}  // namespace

void add_blame(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<BlameOptions>();
  CLI::App* command = app.add_subcommand("blame", "who changed a test's reference, when, from what, and why");
  command->add_option("TEST", options->test, "its name, with or without the suite's")->required();
  add_input_options(*command, options->inputs);
  command->add_flag("--json", options->json, "JSON Lines");
  command->footer("Example:\n  fatespec blame mpegaudio/mp2-frames");
  command->callback([options, &exit_code] { exit_code = blame(*options); });
}

}  // namespace fatespec::cli
