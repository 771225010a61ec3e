#include "cli/common/inputs.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/common/complain.hpp"
#include "results/location.hpp"
#include "specs/project_reader.hpp"
#include "specs/shell.hpp"
#include "specs/suite_reader.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

ExitCode print_problems(const specs::Problems& problems) {
  constexpr std::size_t most_of_a_file = 200;
  std::map<std::string, std::size_t> shown;
  for (const auto& problem : problems.list())
    if (++shown[problem.origin.file] <= most_of_a_file) std::fprintf(stderr, "%s\n", specs::format(problem).c_str());
  for (const auto& [file, count] : problems.counts())
    if (count > most_of_a_file)
      std::fprintf(stderr, "%s: … and %zu more\n", base::printable(file).c_str(), count - most_of_a_file);
  std::fprintf(stderr, "%zu problem%s; nothing was run\n", problems.size(), problems.size() == 1 ? "" : "s");
  return ExitCode::usage;
}

std::shared_ptr<model::Project> read_or_default(const InputOptions& options, specs::Problems& problems) {
  const std::string directory = fs::current_path().string();
  if (!options.config.empty()) return specs::read_project(options.config, problems);
  if (const auto found = specs::find_project_file(directory)) return specs::read_project(*found, problems);
  return specs::default_project(directory);
}

base::Result<model::Variables> parse_set(const std::vector<std::string>& set) {
  model::Variables variables;
  for (const auto& entry : set) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::usage_error(fmt::format("--set {}: NAME=value is needed", entry));
    if (const auto wrong = specs::variable_name_error(entry.substr(0, equals)); !wrong.empty())
      return base::usage_error(fmt::format("--set {}: {}", entry, wrong));
    variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return variables;
}

/// The named files, or those of the configuration; each once, by whatever way its folder is reached. A link to a file
/// is a suite of its own: it has another name, and other files beside it.
std::vector<std::string> spec_files(const InputOptions& options, const model::Project& project,
                                    specs::Problems& problems) {
  const auto named = options.specs.empty() ? specs::suite_files(project, problems) : options.specs;
  std::vector<std::string> files;
  std::set<std::string> seen;
  for (const auto& file : named) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(file, ignored);
    const fs::path folder = fs::weakly_canonical(absolute.parent_path(), ignored);
    if (seen.insert(ignored ? file : (folder / absolute.filename()).string()).second) files.push_back(file);
  }
  return files;
}

bool stands_before(const base::Origin& a, const base::Origin& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

/// Leaves out the tests that a problem stands in. False if one stands before all of them: it may concern each.
bool keep_right_tests(model::Suite& suite, const std::vector<specs::Problem>& problems, std::size_t first_problem) {
  std::set<std::size_t> wrong;
  for (std::size_t i = first_problem; i < problems.size(); ++i) {
    const auto behind = std::upper_bound(
        suite.tests.begin(), suite.tests.end(), problems[i].origin,
        [](const base::Origin& origin, const auto& test) { return stands_before(origin, test->origin); });
    if (behind == suite.tests.begin()) return false;
    wrong.insert(static_cast<std::size_t>(behind - suite.tests.begin()) - 1);
  }
  std::size_t number = 0;
  std::erase_if(suite.tests, [&](const auto&) { return wrong.contains(number++); });
  return true;
}

/// By a link to its file that gives it no other name.
bool is_there_already(const model::Suite& suite, const std::vector<std::shared_ptr<const model::Suite>>& suites) {
  return std::any_of(suites.begin(), suites.end(), [&](const auto& other) {
    std::error_code ignored;
    return other->name == suite.name && fs::equivalent(other->file, suite.file, ignored);
  });
}

/// The suites without what is wrong in them, which a plan would only repeat.
std::vector<std::shared_ptr<const model::Suite>> right_suites(const std::vector<std::string>& files,
                                                              specs::Problems& problems) {
  std::vector<std::shared_ptr<const model::Suite>> suites;
  for (const auto& file : files) {
    const std::size_t known = problems.list().size();
    auto suite = specs::read_suite(file, problems);
    if (!suite || is_there_already(*suite, suites)) continue;
    if (keep_right_tests(*suite, problems.list(), known)) suites.push_back(std::move(suite));
  }
  return suites;
}

OrExit<void> check_selection(const std::optional<specs::Filter>& filter, const Inputs& inputs,
                             runner::PlanOptions options) {
  if (filter && !filter->unmatched({}).empty()) {
    // The nearest name is looked for among those of all tests, not only among those that the filter lets through.
    specs::Problems ignored;
    options.filter = nullptr;
    const auto all = runner::build_plan(inputs.project, inputs.suites, options, ignored);
    for (const auto& line : filter->unmatched(all.tests)) complain("filter: " + line);
    return ExitCode::nothing_selected;
  }
  if (!inputs.plan.tests.empty()) return {};
  complain(filter ? "the filter selects no test" : "there is no test in the spec files");
  return ExitCode::nothing_selected;
}

}  // namespace

void add_input_options(CLI::App& command, InputOptions& options, bool with_specs) {
  if (with_specs) command.add_option("SPEC", options.specs, "spec files (default: those of the configuration)");
  command.add_option("--config", options.config, "the configuration file (default: fatespec.yaml here or above)")
      ->type_name("FILE");
  command.add_option("--configuration", options.configurations, "only this configuration; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--set", options.set, "set a variable; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

// A script whose variable is empty must not take it for a filter and run everything.
void add_filter_option(CLI::App& command, InputOptions& options) {
  const auto not_empty = [](const std::string& text) -> std::string {
    return base::trim(text).empty() ? "an empty expression selects nothing; without --filter every test is taken" : "";
  };
  command.add_option("--filter", options.filter, "select tests: tag(audio) & !name(~mp2) | suite(=h264)")
      ->type_name("EXPR")
      ->check(CLI::Validator(not_empty, ""));
}

std::string exact_name(const std::string& test) {
  std::string quoted;
  for (const char c : test) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "name(=\"" + quoted + "\")";
}

std::set<std::string> tests_named(const std::string& name, const std::set<std::string>& known) {
  if (known.contains(name)) return {name};
  std::set<std::string> meant;
  for (const auto& test : known) {
    const std::string behind_suite = test.substr(test.find('/') + 1);
    if (test.ends_with("/" + name) || base::glob_match(name, test) || base::glob_match(name, behind_suite))
      meant.insert(test);
  }
  return meant;
}

std::string ambiguity(const std::string& name, const std::set<std::string>& tests) {
  return fmt::format("`{}` names several tests: {}", name, fmt::join(tests, ", "));
}

OrExit<Inputs> load_inputs(const InputOptions& options, runner::PlanOptions plan_options) {
  specs::Problems problems;
  std::optional<specs::Filter> filter;
  if (!options.filter.empty()) {
    auto parsed = specs::Filter::parse(options.filter);
    if (!parsed) return complain(parsed.error());
    filter.emplace(std::move(*parsed));
    plan_options.filter = &*filter;
  }
  auto set = parse_set(options.set);
  if (!set) return complain(set.error());
  plan_options.set = std::move(*set);
  plan_options.environment = options.environment;
  plan_options.configurations = options.configurations;

  Inputs inputs;
  inputs.project = read_or_default(options, problems);
  if (!inputs.project) {  // what is wrong elsewhere is told all the same
    for (const auto& file : options.specs) specs::read_suite(file, problems);
    return print_problems(problems);
  }
  // Without its line: there may be a password in it.
  if (const auto fit = results::check_location(inputs.project->results); !fit)
    problems.add({inputs.project->results_origin, fit.error().message, "", 1});
  const bool project_is_right = problems.empty();
  const auto files = spec_files(options, *inputs.project, problems);
  if (files.empty() && problems.empty()) {
    complain(inputs.project->file.empty()
                 ? "no spec file is named, and there is no fatespec.yaml here or above; try: fatespec run SPEC.yaml"
                 : fmt::format("no spec file is named, and {} has no `suites`", inputs.project->file));
    return ExitCode::usage;
  }
  inputs.suites = right_suites(files, problems);
  if (project_is_right) inputs.plan = runner::build_plan(inputs.project, inputs.suites, plan_options, problems);
  if (!problems.empty()) return print_problems(problems);
  if (const auto selected = check_selection(filter, inputs, plan_options); !selected) return selected.error();
  return inputs;
}

OrExit<Inputs> load_test(InputOptions options, const std::string& name) {
  options.filter = exact_name(name);
  return load_inputs(options);
}

OrExit<std::shared_ptr<const model::Project>> load_project(const InputOptions& options) {
  specs::Problems problems;
  std::shared_ptr<const model::Project> project = read_or_default(options, problems);
  if (!problems.empty()) return print_problems(problems);
  return project;
}

std::string results_location(const model::Project& project, const std::string& option) {
  if (!option.empty()) return base::at_home(option);
  const std::string results = base::at_home(project.results);
  if (fs::path(results).is_absolute() || results.find("://") != std::string::npos) return results;
  return (fs::path(project.directory) / results).lexically_normal().string();
}

}  // namespace fatespec::cli
