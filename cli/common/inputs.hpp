// What most commands begin with: the configuration, the suites and the plan that the command line asks for.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/common/exit_code.hpp"
#include "model/plan.hpp"
#include "results/store.hpp"
#include "runner/plan/plan_builder.hpp"

namespace fatespec::cli {

struct InputOptions {
  std::vector<std::string> specs;
  std::string config;
  std::vector<std::string> configurations;
  std::vector<std::string> set;  ///< NAME=value
  /// FFMPEG_PATH and SAMPLES_PATH as a run had them; none: as the environment of this process has them.
  std::optional<model::Variables> environment;
  std::string filter;
};

struct Inputs {
  std::shared_ptr<const model::Project> project;
  std::vector<std::shared_ptr<const model::Suite>> suites;
  model::TestPlan plan;
};

/// `--config`, `--configuration`, `--set`, and spec files as positional arguments.
void add_input_options(CLI::App& command, InputOptions& options, bool with_specs = true);
void add_filter_option(CLI::App& command, InputOptions& options);

/// Which tests somebody means by a name: the one that has it in full; else those that match it as a glob, or have it
/// behind their suite's name.
std::set<std::string> tests_named(const std::string& name, const std::set<std::string>& known);
/// The complaint that a name without its suite fits several tests.
std::string ambiguity(const std::string& name, const std::set<std::string>& tests);

/// The filter that selects this test alone, whatever its name holds.
std::string exact_name(const std::string& test);

/// Reads and plans. On failure everything that is wrong has been printed to stderr, and the exit code is returned.
OrExit<Inputs> load_inputs(const InputOptions& options, runner::PlanOptions plan_options = {});

/// Reads and plans one test, under each of its configurations; `name` is its full name.
OrExit<Inputs> load_test(InputOptions options, const std::string& name);

/// The project alone: for commands that need the results file only.
OrExit<std::shared_ptr<const model::Project>> load_project(const InputOptions& options);

/// Where results are kept: `--results` (a file is relative to the working directory), else the configuration's.
std::string results_location(const model::Project& project, const std::string& option);

}  // namespace fatespec::cli
