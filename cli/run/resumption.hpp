// Which run `--resume` goes on with, and by which options.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_store.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

/// True if the command line says which tests it means; a bare `--resume` does not.
bool selects_tests(const RunOptions& options);

/// The options that a run was started with, as far as its command tells them; paths are as they were typed, in the
/// run's directory. Nothing if the command cannot be read.
std::optional<RunOptions> options_of(const model::Run& run);

/// Its tests' inputs as they are to be given in this process's working directory.
std::optional<InputOptions> inputs_of(const model::Run& run);

/// "K/N" if its command line made it a shard, else empty.
std::string shard_of(const model::Run& run);

/// True if the command lines of two runs, as far as they can be read, take the same tests of a plan. What another
/// `--set` gives them does not matter; `--rerun-failed` takes others each time.
bool select_alike(const model::Run& one, const model::Run& other);

/// True if every test of the run has its result.
bool is_complete(const model::Run& run);

/// The latest run of this machine: a store may hold those of others.
base::Result<std::optional<model::Run>> latest_run_here(results::Store& store);
/// The latest runs of this machine, the newest first, older than `before` if that is given.
base::Result<std::vector<model::Run>> latest_runs_here(results::Store& store, const std::optional<model::Run>& before);
/// The latest run of this machine that was started for the same tests of the same project.
base::Result<std::optional<model::Run>> latest_run_of(results::Store& store, const RunOptions& options);
/// The latest run of this machine and project (`config`: the option) that was cut short, is not under way, and was not
/// followed by another of the same tests.
base::Result<std::optional<model::Run>> latest_cut_run(results::Store& store, const std::string& config,
                                                       const IsUnderWay& is_under_way);

/// `given`, with all that says which tests the run took and how they are judged. Nothing if the run's command cannot
/// be read.
std::optional<RunOptions> with_tests_of(const model::Run& run, RunOptions given);

}  // namespace fatespec::cli
