#include "cli/resumption.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "specs/shell.hpp"

namespace fatespec::cli {
namespace {

constexpr std::size_t runs_looked_at = 200;

/// The options that say which tests a run takes; equal ones take the same.
std::string selection_of(const RunOptions& options) {
  RunOptions tests;
  tests.inputs = options.inputs;
  for (auto& spec : tests.inputs.specs) spec = std::filesystem::path(spec).lexically_normal().string();
  tests.shard = options.shard;
  tests.rerun_failed = options.rerun_failed;
  tests.stress = options.stress;
  return full_command(tests);
}

/// The options that the run was started with, as far as its command tells them.
std::optional<RunOptions> options_of(const model::Run& run) {
  auto words = specs::simple_words(run.command);
  if (!words || words->size() < 2) return std::nullopt;
  words->erase(words->begin(), words->begin() + 2);  // fatespec run
  std::reverse(words->begin(), words->end());        // as CLI11 takes them
  RunOptions options;
  CLI::App parser;
  add_run_options(parser, options);
  try {
    parser.parse(std::move(*words));
  } catch (const CLI::ParseError&) {
    return std::nullopt;
  }
  return options;
}

base::Result<std::vector<model::Run>> runs_here(results::Store& store) {
  auto runs = store.recent_runs(runs_looked_at);
  if (runs) std::erase_if(*runs, [](const auto& run) { return run.host != results::this_host(); });
  return runs;
}

}  // namespace

bool selects_tests(const RunOptions& options) {
  RunOptions tests = options;
  tests.inputs.config.clear();  // it says where runs are kept
  return selection_of(tests) != selection_of({});
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
  for (const auto& run : *runs) {
    const auto started = options_of(run);
    if (!started || selection_of(*started) != selection_of(options)) continue;
    auto counted = store.find_run(run.id);
    if (!counted) return counted.error();
    return std::optional(std::move(*counted));
  }
  return std::optional<model::Run>();
}

base::Result<std::optional<model::Run>> latest_cut_run(results::Store& store) {
  const auto runs = runs_here(store);
  if (!runs) return runs.error();
  std::set<std::string> seen;
  for (const auto& run : *runs) {
    const auto started = options_of(run);
    if (!started || !seen.insert(selection_of(*started)).second) continue;
    auto counted = store.find_run(run.id);
    if (!counted) return counted.error();
    if (!is_complete(*counted)) return std::optional(std::move(*counted));
  }
  return std::optional<model::Run>();
}

std::optional<RunOptions> with_tests_of(const model::Run& run, RunOptions given) {
  auto started = options_of(run);
  if (!started) return std::nullopt;
  given.inputs = std::move(started->inputs);
  given.shard = started->shard;
  given.rerun_failed = started->rerun_failed;
  given.stress = started->stress;
  if (given.timeout.empty()) given.timeout = started->timeout;
  if (given.retries < 0) given.retries = started->retries;
  if (given.session.empty()) given.session = started->session;
  return given;
}

}  // namespace fatespec::cli
