#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/tool_output.hpp"
#include "imports/fate.hpp"
#include "imports/fluster.hpp"
#include "imports/yaml_text.hpp"

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
  std::printf("%s: %zu vector%s, %zu of them skipped\nrun them with: fatespec run %s\n", file.c_str(),
              imported->vectors.size(), imported->vectors.size() == 1 ? "" : "s", imported->skipped(),
              base::shell_quote(file).c_str());
  return ExitCode::success;
}

struct FateOptions {
  std::string source;
  std::string build;
  std::string output = "suites";
};

/// Where the suites are, so that `fatespec run` finds it; an own one is left alone.
base::Result<bool> write_configuration(const FateOptions& options, const imports::FateImport& imported) {
  const std::string file = options.output + "/fatespec.yaml";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return false;
  const auto absolute = [](const std::string& path) {
    return imports::yaml_string(std::filesystem::absolute(path).lexically_normal().string());
  };
  const auto variable = [](const char* name, const std::string& value) {
    return value.empty() ? "" : fmt::format("  {}: {}\n", name, imports::yaml_string(value));
  };
  const auto written = base::write_file_atomically(
      file, fmt::format("suites: [fate.yaml]\nvariables:\n  BUILD_PATH: {}\n  FFMPEG_PATH: $BUILD_PATH/ffmpeg\n{}{}"
                        "source: {}\n",
                        absolute(options.build), variable("SAMPLES_PATH", imported.samples),
                        variable("TARGET_EXEC", imported.target_exec), absolute(options.source)));
  if (!written) return written.error();
  return true;
}

/// Of a variable that the suite needs besides.
std::string needed(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format(", and {}, which is `{}`", name, base::printable(value));
}

ExitCode import_from_fate(const FateOptions& options) {
  for (const auto& place : {options.source + "/tests/fate-run.sh", options.build + "/ffbuild/config.mak"})
    if (std::error_code ignored; !std::filesystem::exists(place, ignored)) {
      complain(place + " is not there: --source is FFmpeg's source tree, --build the directory it was configured in");
      return ExitCode::usage;
    }
  // What make would do, which tells every test with all that it depends on; nothing of it is done.
  const std::string make = "make --no-print-directory -k -C " + base::shell_quote(options.build);
  const std::string rules = tool_output(make + " -n fate");
  // A test that make cannot plan is missing there.
  const std::string names = tool_output(make + " -n fate-list 2>/dev/null");
  const auto imported = imports::import_fate(imports::read_fate_rules(rules), imports::read_fate_list(names));
  if (!imported) return complain(imported.error());
  if (const auto made = base::make_directories(options.output); !made) return complain(made.error());
  const std::string file = options.output + "/fate.yaml";
  if (const auto written = base::write_file_atomically(file, imported->yaml); !written)
    return complain(written.error());
  const auto configured = write_configuration(options, *imported);
  if (!configured) return complain(configured.error());
  for (const auto& skipped : imported->skipped)
    std::printf("skip  %s: %s\n", base::printable(skipped.name).c_str(), base::printable(skipped.reason).c_str());
  std::printf("%s: %zu tests, %zu more that could not be translated\n", file.c_str(), imported->tests,
              imported->skipped.size());
  if (!*configured)
    std::printf("%s/fatespec.yaml is left as it is: it needs BUILD_PATH and FFMPEG_PATH%s%s\n", options.output.c_str(),
                needed("SAMPLES_PATH", imported->samples).c_str(),
                needed("TARGET_EXEC", imported->target_exec).c_str());
  std::printf(
      "programs and inputs are made by: make -C %s -k fate\nrun them with: fatespec run --config %s/fatespec.yaml\n",
      base::shell_quote(options.build).c_str(), base::shell_quote(options.output).c_str());
  return ExitCode::success;
}

void add_import_fate(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<FateOptions>();
  CLI::App* fate = group.add_subcommand("fate", "FFmpeg's FATE: every test of `make fate`");
  fate->add_option("--source", options->source, "FFmpeg's source tree")->required()->type_name("DIR");
  fate->add_option("--build", options->build, "the directory in which it was built")->required()->type_name("DIR");
  fate->add_option("-o,--output", options->output, "the folder for the suite")->capture_default_str();
  fate->footer("Example:\n  fatespec import fate --source ffmpeg --build ffmpeg/build -o fate");
  fate->callback([options, &exit_code] { exit_code = import_from_fate(*options); });
}

}  // namespace

void add_import(CLI::App& app, ExitCode& exit_code) {
  CLI::App* group = app.add_subcommand("import", "make suites of what other tools have");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  fatespec import fluster JVT-AVC_V1.json --samples resources -o suites\n"
      "  fatespec import fate --source ffmpeg --build ffmpeg/build -o fate");
  auto options = std::make_shared<ImportOptions>();
  CLI::App* fluster = group->add_subcommand("fluster", "a suite of fluster's");
  fluster->add_option("SUITE", options->suite, "its JSON file")->required();
  fluster->add_option("--samples", options->samples, "where the streams are, as fluster has them or flat")->required();
  fluster->add_option("-o,--output", options->output, "the folder for the suite")->capture_default_str();
  fluster->footer("Example:\n  fatespec import fluster JVT-AVC_V1.json --samples resources -o suites");
  fluster->callback([options, &exit_code] { exit_code = import_from_fluster(*options); });
  add_import_fate(*group, exit_code);
}

}  // namespace fatespec::cli
