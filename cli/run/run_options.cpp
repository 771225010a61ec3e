#include "cli/run/run_options.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/common/store_options.hpp"
#include "runner/plan/variables.hpp"

namespace fatespec::cli {

std::string rerun_command(const RunOptions& options) {
  std::string command;
  for (const auto& [name, value] : options.inputs.environment.value_or(runner::classic_environment()))
    if (base::is_utf8(value))  // what cannot be kept as it is would be another path
      command += (command.empty() ? "env " : "") + name + "=" + base::shell_quote(value) + " ";
  command += "fatespec run";
  for (const auto& spec : options.inputs.specs) command += " " + base::shell_quote(spec);
  command += text_of(StoreOptions{options.inputs, options.results});
  for (const auto& name : options.inputs.configurations) command += " --configuration " + base::shell_quote(name);
  for (const auto& set : options.inputs.set) command += " --set " + base::shell_quote(set);
  if (!options.timeout.empty()) command += " --timeout " + options.timeout;
  if (options.retries >= 0) command += fmt::format(" --retries {}", options.retries);
  if (options.jobs > 0) command += fmt::format(" --jobs {}", options.jobs);
  if (options.order != "history") command += " --order " + options.order;
  if (options.on != "local") command += " --on " + options.on;
  if (options.keep != "failed") command += " --keep " + options.keep;
  if (options.stress > 0) command += fmt::format(" --stress {}", options.stress);
  return command;
}

std::string full_command(const RunOptions& options) {
  std::string command = rerun_command(options);
  if (!options.inputs.filter.empty()) command += " --filter " + base::shell_quote(options.inputs.filter);
  if (!options.session.empty()) command += " --session " + base::shell_quote(options.session);
  if (!options.shard.empty()) command += " --shard " + options.shard;
  if (options.rerun_failed) command += " --rerun-failed";
  return command;
}

std::string resume_command(const RunOptions& options) {
  std::string command = full_command(options);
  if (options.fail_fast) command += " --fail-fast";
  if (!options.json.empty()) command += " --json " + base::shell_quote(options.json);
  if (!options.junit.empty()) command += " --junit " + base::shell_quote(options.junit);
  return command + " --resume";
}

runner::PlanOptions plan_options(const RunOptions& options) {
  runner::PlanOptions plan;
  if (!options.timeout.empty())
    plan.timeout = options.timeout == "none" ? std::nullopt : base::parse_duration(options.timeout);
  if (options.retries >= 0) plan.retries = options.retries;
  if (options.stress > 0) plan.retries = 0;  // a retry would hide what is looked for
  return plan;
}

runner::Keep keep_of(const std::string& name) {
  return name == "all" ? runner::Keep::all : name == "none" ? runner::Keep::none : runner::Keep::failed;
}

std::optional<runner::Shard> shard_of(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto number = base::parse_integer(std::string_view(text).substr(0, slash));
  const auto count = base::parse_integer(std::string_view(text).substr(slash + 1));
  if (!number || !count || *number < 1 || *count < *number) return std::nullopt;
  return runner::Shard{static_cast<std::uint64_t>(*number), static_cast<std::uint64_t>(*count)};
}

void add_selection_options(CLI::App& command, RunOptions& options) {
  command.add_flag("--rerun-failed", options.rerun_failed, "only what was bad in the latest run");
  command.add_option("--shard", options.shard, "only the K-th of N parts; adding tests moves no other test")
      ->type_name("K/N")
      ->check([](const std::string& text) {
        return shard_of(text) ? std::string() : "`" + text + "` is no shard such as 1/4";
      });
}

void add_run_options(CLI::App& run, RunOptions& options) {
  add_input_options(run, options.inputs);
  add_filter_option(run, options.inputs);
  run.add_option("--on", options.on, "where to run: this machine and its boards, or a Slurm cluster")
      ->check(CLI::IsMember({"local", "slurm"}));
  run.add_option("-j,--jobs", options.jobs, "tests at once (default: the number of processors)")
      ->check(CLI::Range(1, 4096));
  run.add_option("--session", options.session, "a name for the session that players' recordings make (the run's id)");
  run.add_option("--retries", options.retries, "further attempts at a failing test, instead of the tests' own number")
      ->check(CLI::Range(0, 1000));
  run.add_option("--timeout", options.timeout, "time limit of each test, instead of its own: 30s, 2m, none")
      ->type_name("DUR")
      ->check([](const std::string& text) {
        const auto duration = base::parse_duration(text);
        return text == "none" || (duration && duration->count() > 0)
                   ? std::string()
                   : "`" + text + "` is no duration such as 30s, 500ms, 2m or none";
      });
  run.add_flag("--fail-fast", options.fail_fast, "start nothing more after the first bad verdict");
  run.add_flag("--resume", options.resume, "go on with the latest run that was cut short: only what has no result");
  add_selection_options(run, options);
  run.add_option("--stress", options.stress, "run each test N times and tell how often which output came")
      ->type_name("N")
      ->check(CLI::Range(2, 1'000'000));
  run.add_option("--order", options.order, "history (the default): failed first, then the longest; file: as written")
      ->check(CLI::IsMember({"history", "file"}));
  run.add_option("--keep", options.keep, "whose $TEST_DIR to keep: all, failed (the default), none")
      ->check(CLI::IsMember({"all", "failed", "none"}));
  run.add_option("--json", options.json, "write JSON Lines to a file; - is stdout")->type_name("FILE");
  run.add_option("--junit", options.junit, "write JUnit XML to a file; - is stdout")->type_name("FILE");
  run.add_option("--results", options.results, "where results are kept: a file, a server, or none")
      ->type_name("FILE|postgresql://…|none");
  run.add_flag("-q,--quiet", options.quiet, "bad results and the last line only");
  run.add_flag("--no-progress", options.no_progress, "no status line");
}

}  // namespace fatespec::cli
