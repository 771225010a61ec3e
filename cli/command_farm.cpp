// fatespec attach, fatespec cancel: runs on a cluster.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/text.hpp"
#include "cli/cluster/farm_jobs.hpp"
#include "cli/cluster/farm_run.hpp"
#include "cli/cluster/follow_farm_run.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/run/run_order.hpp"
#include "cli/run/run_outputs.hpp"
#include "results/run_name.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

struct FarmOptions {
  InputOptions inputs;
  std::string run;
  std::string results;
  std::string json;
  std::string junit;
  bool quiet = false;
  bool no_progress = false;
};

/// The directories of runs; one that is still being written ends with `.new`.
std::vector<fs::path> run_directories(const fs::path& farm) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(farm))
    if (entry.path().extension() != ".new" && fs::exists(entry.path() / "run.json", ignored))
      found.push_back(entry.path());
  return found;
}

base::Result<fs::path> by_age(std::vector<fs::path> runs, std::int64_t age, const fs::path& farm) {
  if (age >= std::ssize(runs))
    return base::Error{base::ErrorKind::not_found,
                       fmt::format("{} has {} unfinished run{} on a cluster: `fatespec runs` lists all", farm.string(),
                                   runs.size(), runs.size() == 1 ? "" : "s")};
  const auto submitted = [](const fs::path& run) {
    std::error_code ignored;
    return fs::last_write_time(run / "run.json", ignored);
  };
  std::sort(runs.begin(), runs.end(), [&](const auto& a, const auto& b) { return submitted(a) > submitted(b); });
  return runs[static_cast<std::size_t>(age)];
}

/// The directory of the run that an id, a unique prefix or `latest~N` names.
base::Result<fs::path> find_directory(const model::Project& project, const std::string& name) {
  const fs::path farm = fs::absolute(farm_directory(project));
  std::vector<fs::path> found = run_directories(farm);
  if (const auto age = results::steps_back(name)) return by_age(std::move(found), *age, farm);
  std::erase_if(found, [&](const fs::path& run) { return !run.filename().string().starts_with(name); });
  if (found.size() > 1) return base::usage_error(fmt::format("several runs begin with `{}`", name));
  if (found.empty())
    return base::Error{
        base::ErrorKind::not_found,
        fmt::format("no run on a cluster is named `{}` in {}: is it complete? `fatespec runs` lists them", name,
                    farm.string())};
  return found.front();
}

// Once the directory is another, these are still what was meant.

std::string absolute_output(const std::string& given) {
  return given == "-" || given.empty() ? given : fs::absolute(given).string();
}

std::string absolute_results(const std::string& given) {
  const bool is_file = given != "none" && given.find("://") == std::string::npos;
  return is_file ? fs::absolute(given).string() : given;
}

/// Where the run cannot be followed, as its specs are broken by now: no job goes on all the same.
ExitCode cancel_jobs(const model::Project& project, const fs::path& directory, const std::string& run) {
  const farm::Slurm slurm(project.slurm, directory / "slurm");
  const auto tasks = slurm.tasks(jobs_of_run(run));
  if (!tasks) return complain(tasks.error());
  std::vector<std::string> jobs;
  for (const auto& task : *tasks) jobs.push_back(task.job);
  if (auto cancelled = slurm.cancel(jobs); !cancelled) return complain(cancelled.error());
  std::printf("the jobs of run %s are cancelled; `fatespec attach %s` reads what they have told\n", run.c_str(),
              run.c_str());
  return ExitCode::success;
}

ExitCode follow(const FarmOptions& given, bool cancel) {
  if (const auto fit = RunOutputs::check(given.json, given.junit); !fit) return complain(fit.error());
  const auto project = load_project(given.inputs);
  if (!project) return project.error();
  const auto directory = find_directory(**project, given.run);
  if (!directory) return complain(directory.error());
  const auto order = farm::read_order(*directory);
  if (!order) return complain(order.error());
  const std::string json = absolute_output(given.json);
  const std::string results = given.results.empty() ? "" : absolute_results(given.results);
  const std::string junit = absolute_output(given.junit);
  auto options = enter_order(*order);
  if (!options) return complain(options.error());
  if (!results.empty()) options->results = results;
  options->json = json;
  options->junit = junit;
  options->quiet = given.quiet;
  options->no_progress = given.no_progress;
  std::error_code ignored;
  if (!cancel) fs::remove(farm::cancel_mark(*directory), ignored);  // who attaches wants it to go on
  if (cancel)
    if (auto marked = base::write_file_atomically(farm::cancel_mark(*directory), ""); !marked)
      return complain(marked.error());
  if (cancel && base::is_locked(farm::follower_lock(*directory))) {
    std::printf("run %s is being cancelled by whoever follows it\n", order->run.c_str());
    return ExitCode::success;
  }
  const ExitCode code = follow_farm_run(*options, *directory, cancel);
  return cancel && code == ExitCode::usage ? cancel_jobs(**project, *directory, order->run) : code;
}

void add_options(CLI::App& command, FarmOptions& options) {
  command.add_option("RUN", options.run, "its id, the beginning of it, latest, or latest~N")->required();
  command
      .add_option("--config", options.inputs.config, "the configuration file (default: fatespec.yaml here or above)")
      ->type_name("FILE");
  command.add_option("--results", options.results, "where results are kept, if that needs a password")
      ->type_name("FILE|postgresql://…");
  command.add_option("--json", options.json, "write JSON Lines to a file; - is stdout")->type_name("FILE");
  command.add_option("--junit", options.junit, "write JUnit XML to a file; - is stdout")->type_name("FILE");
  command.add_flag("-q,--quiet", options.quiet, "bad results and the last line only");
  command.add_flag("--no-progress", options.no_progress, "no status line");
}

}  // namespace

void add_attach(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<FarmOptions>();
  CLI::App* command = app.add_subcommand("attach", "go on with a run on a cluster whose submitter has gone");
  add_options(*command, *options);
  command->footer("Example:\n  fatespec attach 3fa2");
  command->callback([options, &exit_code] { exit_code = follow(*options, false); });
}

void add_cancel(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<FarmOptions>();
  CLI::App* command = app.add_subcommand("cancel", "end a run on a cluster; what it has is kept");
  add_options(*command, *options);
  command->footer("Example:\n  fatespec cancel 3fa2");
  command->callback([options, &exit_code] { exit_code = follow(*options, true); });
}

}  // namespace fatespec::cli
