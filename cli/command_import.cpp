#include <cstdio>
#include <memory>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/inputs.hpp"
#include "imports/fluster.hpp"

namespace fatespec::cli {
namespace {

struct ImportOptions {
  std::string suite;
  std::string samples;
  std::string output = "suites";
};

ExitCode import_from_fluster(const ImportOptions& options) {
  const auto imported = imports::import_fluster(options.suite, options.samples);
  if (!imported) return complain(imported.error());
  if (const auto made = base::make_directories(options.output); !made) return complain(made.error());
  const std::string file = options.output + "/" + imported->name + ".yaml";
  if (const auto written = base::write_file_atomically(file, imported->yaml); !written)
    return complain(written.error());

  for (const auto& vector : imported->vectors)
    if (!vector.skipped.empty())
      std::printf("skip  %s: %s\n", vector.name.c_str(), base::printable(vector.skipped).c_str());
  std::printf("%s: %zu vectors, %zu of them skipped\nrun them with: fatespec run %s\n", file.c_str(),
              imported->vectors.size(), imported->skipped(), base::shell_quote(file).c_str());
  return ExitCode::success;
}

}  // namespace

void add_import(CLI::App& app, ExitCode& exit_code) {
  CLI::App* group = app.add_subcommand("import", "make suites of what other tools have");
  group->require_subcommand(1);
  auto options = std::make_shared<ImportOptions>();
  CLI::App* fluster = group->add_subcommand("fluster", "a suite of fluster's");
  fluster->add_option("SUITE", options->suite, "its JSON file")->required();
  fluster->add_option("--samples", options->samples, "where the streams are, as fluster has them or flat")->required();
  fluster->add_option("-o,--output", options->output, "the folder for the suite")->capture_default_str();
  fluster->footer("Example:\n  fatespec import fluster JVT-AVC_V1.json --samples resources -o suites");
  fluster->callback([options, &exit_code] { exit_code = import_from_fluster(*options); });
}

}  // namespace fatespec::cli
