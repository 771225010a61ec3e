#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/causes/bisection.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "cli/common/source_tree.hpp"
#include "runner/local/tool_process.hpp"
#include "runner/plan/command_line.hpp"

namespace fatespec::cli {
namespace {

struct BisectOptions {
  std::string test;
  InputOptions inputs;
  std::string results;
  std::string good;
  std::string bad;
};

/// The commits of the last pass, and of the first failure after it, that the results know.
base::Result<std::pair<std::string, std::string>> ends_from_history(const BisectOptions& options,
                                                                    const model::Project& project,
                                                                    const model::PlannedTest& test) {
  auto store = results::Store::open_existing(results_location(project, options.results));
  if (!store) return store.error();
  constexpr std::size_t most = 1000;
  auto history = (*store)->history(test.name, most);
  if (!history) return history.error();
  std::erase_if(*history, [&](const auto& entry) {
    return entry.configuration != test.configuration->name || entry.revision.empty() ||
           entry.revision.ends_with("-dirty");
  });
  std::string bad;
  for (const auto& entry : *history) {  // the latest first
    if (model::is_bad(entry.verdict)) bad = entry.revision;
    else if (entry.verdict == model::Verdict::pass && !bad.empty()) return std::pair(entry.revision, bad);
  }
  return base::usage_error(
      fmt::format("the results know no pass of {} with a failure after it, each of a clean commit of `source`; "
                  "--good REV --bad REV",
                  test.name));
}

std::vector<std::string> run_arguments(const BisectOptions& options, const model::PlannedTest& test) {
  std::vector<std::string> words = options.inputs.specs;
  if (!options.inputs.config.empty()) words.insert(words.end(), {"--config", options.inputs.config});
  words.insert(words.end(), {"--configuration", test.configuration->name});
  for (const auto& set : options.inputs.set) words.insert(words.end(), {"--set", set});
  words.insert(words.end(), {"--filter", exact_name(test.name)});
  return words;
}

ExitCode bisect_test(const BisectOptions& options, const model::Project& project, const model::PlannedTest& test) {
  const std::string source = source_of(project, *test.configuration);
  const std::string build = build_of(project, *test.configuration);
  if (source.empty() || build.empty()) {
    complain(
        fmt::format("the configuration `{}` needs `source` (a git repository) and `build` (a command that builds it)",
                    test.configuration->name));
    return ExitCode::usage;
  }
  std::string good = options.good;
  std::string bad = options.bad;
  if (good.empty() || bad.empty()) {
    const auto ends = ends_from_history(options, project, test);
    if (!ends) return complain(ends.error());
    if (good.empty()) good = ends->first;
    if (bad.empty()) bad = ends->second;
  }
  Bisection bisection({project, test, source, build, good, bad, run_arguments(options, test),
                       std::filesystem::path(project.directory) / ".fatespec/bisect" / runner::file_name_of(test)});
  const runner::ToolInterruption interruption;
  const auto done = bisection.run();
  if (const auto status = runner::ToolInterruption::exit_status()) {
    complain("interrupted; the same command goes on");
    return static_cast<ExitCode>(*status);
  }
  return done ? *done : complain(done.error());
}

ExitCode bisect(const BisectOptions& options) {
  const auto loaded = load_test(options.inputs, options.test);
  if (!loaded) return loaded.error();
  const Inputs& inputs = *loaded;
  const auto with_source = std::find_if(inputs.plan.tests.begin(), inputs.plan.tests.end(), [&](const auto& test) {
    return !source_of(*inputs.project, *test.configuration).empty();
  });
  return bisect_test(options, *inputs.project,
                     with_source == inputs.plan.tests.end() ? inputs.plan.tests.front() : *with_source);
}

}  // namespace

void add_bisect(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<BisectOptions>();
  CLI::App* command = app.add_subcommand("bisect", "the commit with which a test began to fail");
  command->add_option("TEST", options->test, "its full name")->required();
  add_input_options(*command, options->inputs);
  command->add_option("--good", options->good, "a revision at which it passed (default: the last in the results)")
      ->type_name("REV");
  command->add_option("--bad", options->bad, "a revision at which it failed (default: the first after that)")
      ->type_name("REV");
  command->add_option("--results", options->results, "where the results are");
  command->footer(
      "Examples:\n"
      "  fatespec bisect h264/ba-mw\n"
      "  fatespec bisect h264/ba-mw --good n5.1 --bad master");
  command->callback([options, &exit_code] { exit_code = bisect(*options); });
}

}  // namespace fatespec::cli
