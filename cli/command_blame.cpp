#include <algorithm>
#include <cstdio>
#include <set>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/inputs.hpp"
#include "reports/provenance.hpp"

namespace fatespec::cli {
namespace {

struct BlameOptions {
  std::string test;
  InputOptions inputs;
  bool json = false;
};

/// The decisions about a test, the latest first.
base::Result<std::vector<reports::ProvenanceRecord>> decisions(const Inputs& inputs, const std::string& test) {
  std::vector<reports::ProvenanceRecord> found;
  std::set<std::string> files;
  for (const auto& suite : inputs.suites) files.insert(reports::provenance_file(suite->file));
  for (const auto& file : files) {
    const auto records = reports::read_provenance(file);
    if (!records) return records.error();
    for (const auto& record : *records)
      if (record.test == test) found.push_back(record);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.when < b.when; });
  std::reverse(found.begin(), found.end());
  return found;
}

ExitCode blame(const BlameOptions& options) {
  InputOptions inputs = options.inputs;
  inputs.filter = exact_name(options.test);
  const auto loaded = load_inputs(inputs);
  if (const auto* code = std::get_if<ExitCode>(&loaded)) return *code;
  const auto found = decisions(std::get<Inputs>(loaded), options.test);
  if (!found) return complain(found.error());
  for (const auto& record : *found) {
    if (options.json) std::printf("%s\n", reports::provenance_json(record).c_str());
    else std::printf("%s\n", base::printable_lines(reports::provenance_text(record)).c_str());
  }
  if (!found->empty()) return ExitCode::success;
  complain(options.test + ": no `fatespec accept` has decided about its reference yet; the version control knows more");
  return ExitCode::nothing_selected;
}

}  // namespace

void add_blame(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<BlameOptions>();
  CLI::App* command = app.add_subcommand("blame", "who changed a test's reference, when, from what, and why");
  command->add_option("TEST", options->test, "its full name")->required();
  add_input_options(*command, options->inputs);
  command->add_flag("--json", options->json, "JSON Lines");
  command->footer("Example:\n  fatespec blame mpegaudio/mp2-frames");
  command->callback([options, &exit_code] { exit_code = blame(*options); });
}

}  // namespace fatespec::cli
