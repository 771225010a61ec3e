#include "cli/run/resumption.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "runner/plan/variables.hpp"
#include "specs/project_reader.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t runs_looked_at = 200;

/// Relative to that directory, whatever the working directory is.
std::string path_from(const std::string& directory, const std::string& path) {
  return (fs::path(directory) / path).lexically_normal().string();
}

/// What a run that was started there belongs to: a configuration file, or the directory itself.
std::string project_of(const std::string& directory, const std::string& config) {
  if (!config.empty()) return path_from(directory, config);
  return specs::find_project_file(directory).value_or(directory);
}

/// What was typed in that directory as it means the same in any other.
InputOptions for_any_directory(InputOptions inputs, const std::string& directory) {
  for (auto& spec : inputs.specs) spec = path_from(directory, spec);
  if (!inputs.config.empty()) inputs.config = path_from(directory, inputs.config);
  if (!inputs.environment) inputs.environment = runner::classic_environment();
  for (auto& [name, value] : *inputs.environment) value = runner::value_for_any_directory(name, value, directory);
  for (auto& entry : inputs.set) {
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string name = entry.substr(0, equals);
    if (equals < entry.size())
      entry = name + "=" + runner::value_for_any_directory(name, entry.substr(equals + 1), directory);
  }
  return inputs;
}

/// The options that say which tests a run takes that is started in a directory; equal ones take the same.
std::string selection_of(const RunOptions& options, const std::string& directory) {
  RunOptions tests;
  tests.inputs = for_any_directory(options.inputs, directory);
  tests.inputs.config = project_of(directory, options.inputs.config);
  tests.shard = options.shard;
  tests.rerun_failed = options.rerun_failed;
  tests.stress = options.stress;
  return full_command(tests);
}

/// Where a run was started; those of older versions do not tell, and are taken to be at home here.
std::string directory_of(const model::Run& run) {
  return run.directory.empty() ? fs::current_path().string() : run.directory;
}

/// What the run was given, as it is to be given in this working directory.
InputOptions inputs_here(InputOptions inputs, const model::Run& run) {
  const std::string directory = directory_of(run);
  return directory == fs::current_path().string() ? inputs : for_any_directory(std::move(inputs), directory);
}

/// What `env NAME=value …` stands for at the beginning of a command. Without it nothing is known: there was none, or
/// the version was an older one.
std::optional<model::Variables> take_environment(std::vector<std::string>& words) {
  if (words.empty() || words.front() != "env") return std::nullopt;
  model::Variables environment;
  words.erase(words.begin());
  while (!words.empty() && specs::is_assignment(words.front())) {
    const auto equals = words.front().find('=');
    environment[words.front().substr(0, equals)] = words.front().substr(equals + 1);
    words.erase(words.begin());
  }
  return environment;
}

base::Result<std::vector<model::Run>> runs_here(results::Store& store) {
  return store.recent_runs_of(results::this_host(), runs_looked_at);
}

}  // namespace

std::optional<RunOptions> options_of(const model::Run& run) {
  auto words = specs::simple_words(run.command);
  if (!words) return std::nullopt;
  RunOptions options;
  options.inputs.environment = take_environment(*words);
  if (words->size() < 2 || words->at(1) != "run") return std::nullopt;  // as that of `merge`
  words->erase(words->begin(), words->begin() + 2);                     // fatespec run
  std::reverse(words->begin(), words->end());                           // as CLI11 takes them
  CLI::App parser;
  add_run_options(parser, options);
  try {
    parser.parse(std::move(*words));
  } catch (const CLI::ParseError&) {
    return std::nullopt;
  }
  return options;
}

bool selects_tests(const RunOptions& options) {
  RunOptions tests = options;
  tests.inputs.config.clear();  // it says where runs are kept
  const std::string here = fs::current_path().string();
  return selection_of(tests, here) != selection_of({}, here);
}

std::optional<InputOptions> inputs_of(const model::Run& run) {
  auto started = options_of(run);
  return started ? std::optional(inputs_here(std::move(started->inputs), run)) : std::nullopt;
}

std::string shard_of(const model::Run& run) {
  const auto options = options_of(run);
  return options ? options->shard : "";
}

bool select_alike(const model::Run& one, const model::Run& other) {
  const auto first = options_of(one);
  const auto second = options_of(other);
  if (!first || !second) return true;
  if (first->rerun_failed || second->rerun_failed) return false;
  const auto selection = [](RunOptions options, const model::Run& run) {
    options.inputs.set.clear();
    options.inputs.environment.emplace();
    options.stress = 0;
    return selection_of(options, directory_of(run));
  };
  return selection(*first, one) == selection(*second, other);
}

bool is_complete(const model::Run& run) { return run.finished && run.counts.total() >= run.planned; }

base::Result<std::optional<model::Run>> latest_run_here(results::Store& store) {
  const auto runs = runs_here(store);
  if (!runs) return runs.error();
  return runs->empty() ? std::optional<model::Run>() : runs->front();
}

base::Result<std::vector<model::Run>> latest_runs_here(results::Store& store, const std::optional<model::Run>& before) {
  auto runs = runs_here(store);
  if (!runs || !before) return runs;
  const auto resumed = std::find_if(runs->begin(), runs->end(), [&](const auto& run) { return run.id == before->id; });
  runs->erase(runs->begin(), resumed == runs->end() ? resumed : resumed + 1);
  return runs;
}

base::Result<std::optional<model::Run>> latest_run_of(results::Store& store, const RunOptions& options) {
  const auto runs = runs_here(store);
  if (!runs) return runs.error();
  const std::string wanted = selection_of(options, fs::current_path().string());
  for (const auto& run : *runs) {
    const auto started = options_of(run);
    if (!started || selection_of(*started, directory_of(run)) != wanted) continue;
    auto counted = store.find_run(run.id);
    if (!counted) return counted.error();
    return std::optional(std::move(*counted));
  }
  return std::optional<model::Run>();
}

base::Result<std::optional<model::Run>> latest_cut_run(results::Store& store, const std::string& config,
                                                       const IsUnderWay& is_under_way) {
  const auto runs = runs_here(store);
  if (!runs) return runs.error();
  const std::string project = project_of(fs::current_path().string(), config);
  std::set<std::string> seen;
  for (const auto& run : *runs) {
    const auto started = options_of(run);
    if (!started || project_of(directory_of(run), started->inputs.config) != project) continue;
    if (!seen.insert(selection_of(*started, directory_of(run))).second || is_under_way(run.id)) continue;
    auto counted = store.find_run(run.id);
    if (!counted) return counted.error();
    if (!is_complete(*counted)) return std::optional(std::move(*counted));
  }
  return std::optional<model::Run>();
}

std::optional<RunOptions> with_tests_of(const model::Run& run, RunOptions given) {
  auto started = options_of(run);
  if (!started) return std::nullopt;
  given.inputs = inputs_here(std::move(started->inputs), run);
  given.shard = started->shard;
  given.rerun_failed = started->rerun_failed;
  given.stress = started->stress;
  if (given.timeout.empty()) given.timeout = started->timeout;
  if (given.retries < 0) given.retries = started->retries;
  if (given.session.empty()) given.session = started->session;
  return given;
}

}  // namespace fatespec::cli
