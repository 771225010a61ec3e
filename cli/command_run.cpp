#include <atomic>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/inputs.hpp"
#include "cli/local_run.hpp"
#include "reports/json_lines.hpp"
#include "reports/junit.hpp"
#include "reports/run_reporter.hpp"
#include "results/run_writer.hpp"

namespace fatespec::cli {
namespace {

struct RunOptions {
  InputOptions inputs;
  int jobs = 0;
  int retries = -1;
  std::string timeout;
  bool fail_fast = false;
  std::string keep = "failed";
  std::string on = "local";
  std::string json;
  std::string junit;
  std::string results;
  bool quiet = false;
  bool no_progress = false;
};

runner::Keep keep_of(const std::string& name) {
  return name == "all" ? runner::Keep::all : name == "none" ? runner::Keep::none : runner::Keep::failed;
}

/// The command that the user typed, without its filter: what a rerun begins with.
std::string rerun_command(const RunOptions& options) {
  std::string command = "fatespec run";
  for (const auto& spec : options.inputs.specs) command += " " + base::shell_quote(spec);
  if (!options.inputs.config.empty()) command += " --config " + base::shell_quote(options.inputs.config);
  for (const auto& name : options.inputs.configurations) command += " --configuration " + base::shell_quote(name);
  for (const auto& set : options.inputs.set) command += " --set " + base::shell_quote(set);
  if (!options.results.empty()) command += " --results " + base::shell_quote(options.results);
  if (!options.timeout.empty()) command += " --timeout " + options.timeout;
  if (options.retries >= 0) command += fmt::format(" --retries {}", options.retries);
  if (options.jobs > 0) command += fmt::format(" --jobs {}", options.jobs);
  if (options.keep != "failed") command += " --keep " + options.keep;
  return command;
}

/// The sinks of a run and what they need; lives as long as the run.
class RunCommand {
 public:
  explicit RunCommand(const RunOptions& options) : options_(options), console_(options.json == "-" ? stderr : stdout) {}

  ExitCode execute() {
    auto guardian = runner::Guardian::start();  // before there are threads and much memory
    if (!guardian) return complain(guardian.error());
    guardian_ = std::move(*guardian);
    auto loaded = load_inputs(options_.inputs, plan_options());
    if (const auto* code = std::get_if<ExitCode>(&loaded)) return *code;
    inputs_ = std::move(std::get<Inputs>(loaded));
    if (const auto failed = open_outputs()) return *failed;
    run_.run_id = new_run_id();
    run_.command = rerun_command(options_) +
                   (options_.inputs.filter.empty() ? "" : " --filter " + base::shell_quote(options_.inputs.filter));
    run_.guardian = guardian_.get();
    run_.scheduler = {jobs(), keep_of(options_.keep), options_.fail_fast};
    add_sinks();
    const auto code = run_locally(inputs_.plan, run_, clock_);
    if (!code) return complain(code.error());
    return close_outputs(*code);
  }

 private:
  runner::PlanOptions plan_options() const {
    runner::PlanOptions plan;
    if (!options_.timeout.empty())
      plan.timeout = options_.timeout == "none" ? std::nullopt : base::parse_duration(options_.timeout);
    if (options_.retries >= 0) plan.retries = options_.retries;
    return plan;
  }

  int jobs() const {
    return options_.jobs > 0 ? options_.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }

  std::optional<ExitCode> open_outputs() {
    if (options_.results != "none") {
      results_path_ = results_file(*inputs_.project, options_.results);
      auto store = results::Store::open(results_path_);
      if (!store) return complain(store.error());
      auto expected = (*store)->expected_durations();
      if (expected) expected_ = std::move(*expected);
      writer_ =
          std::make_unique<results::RunWriter>(std::move(*store), [this](const base::Error&) { results_lost_ = true; });
    }
    if (!options_.json.empty()) {
      auto json = reports::JsonLinesWriter::open(options_.json);
      if (!json) return complain(json.error());
      json_ = std::move(*json);
    }
    return std::nullopt;
  }

  void keep_expected_of_plan() {
    decltype(expected_) planned;
    for (const auto& test : inputs_.plan.tests)
      if (const auto known = expected_.find({test.name, test.configuration->name}); known != expected_.end())
        planned.insert(*known);
    expected_ = std::move(planned);
  }

  void add_sinks() {
    keep_expected_of_plan();
    reports::RunReporterOptions options;
    options.quiet = options_.quiet;
    options.progress = !options_.no_progress;
    options.jobs = jobs();
    options.several_configurations = inputs_.project->configurations.size() > 1;
    options.rerun_command = rerun_command(options_);
    options.results = results_path_;
    options.expected = std::move(expected_);
    reporter_ = std::make_unique<reports::RunReporter>(console_, clock_, std::move(options));
    if (writer_) run_.sinks.emplace_back([this](const auto& event) { writer_->handle(event); });
    if (json_) run_.sinks.emplace_back([this](const auto& event) { json_->handle(event); });
    if (!options_.junit.empty()) run_.sinks.emplace_back([this](const auto& event) { junit_.handle(event); });
    run_.sinks.emplace_back([this](const auto& event) { reporter_->handle(event); });
    run_.tick = [this] { reporter_->tick(); };
    run_.say = [this](const std::string& text) { reporter_->say(text); };
    run_.results_lost = [this] { return results_lost_.load(); };
  }

  /// Files that could not be written make the run an error, unless it is worse already.
  ExitCode close_outputs(ExitCode code) {
    bool lost = false;
    if (writer_) {
      if (const auto flushed = writer_->flush(); !flushed) {
        complain(flushed.error().str() + "; what was written before is kept");
        lost = true;
      }
    }
    if (json_ && !json_->good()) {
      complain(options_.json + ": could not be written completely");
      lost = true;
    }
    if (!options_.junit.empty()) {
      if (const auto written = junit_.write(options_.junit); !written) {
        complain(written.error());
        lost = true;
      }
    }
    return lost && code == ExitCode::success ? ExitCode::error : code;
  }

  const RunOptions& options_;
  std::unique_ptr<runner::Guardian> guardian_;
  base::PausableClock clock_;
  reports::Console console_;
  Inputs inputs_;
  LocalRunOptions run_;
  std::string results_path_;
  std::map<std::pair<std::string, std::string>, base::Duration> expected_;
  std::atomic<bool> results_lost_ = false;
  std::unique_ptr<results::RunWriter> writer_;
  std::unique_ptr<reports::JsonLinesWriter> json_;
  reports::JunitCollector junit_;
  std::unique_ptr<reports::RunReporter> reporter_;
};

}  // namespace

void add_run(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run = app.add_subcommand("run", "run tests");
  add_input_options(*run, options->inputs);
  add_filter_option(*run, options->inputs);
  run->add_option("--on", options->on, "where to run")->check(CLI::IsMember({"local"}));
  run->add_option("-j,--jobs", options->jobs, "tests at once (default: the number of processors)")
      ->check(CLI::Range(1, 4096));
  run->add_option("--retries", options->retries, "further attempts at a failing test, instead of the tests' own number")
      ->check(CLI::Range(0, 1000));
  run->add_option("--timeout", options->timeout, "time limit of each test, instead of its own: 30s, 2m, none")
      ->type_name("DUR")
      ->check([](const std::string& text) {
        const auto duration = base::parse_duration(text);
        return text == "none" || (duration && duration->count() > 0)
                   ? std::string()
                   : "`" + text + "` is no duration such as 30s, 500ms, 2m or none";
      });
  run->add_flag("--fail-fast", options->fail_fast, "start nothing more after the first bad verdict");
  run->add_option("--keep", options->keep, "whose $TEST_DIR to keep: all, failed, none")
      ->check(CLI::IsMember({"all", "failed", "none"}));
  run->add_option("--json", options->json, "write JSON Lines to a file; - is stdout")->type_name("FILE");
  run->add_option("--junit", options->junit, "write JUnit XML to a file")->type_name("FILE");
  run->add_option("--results", options->results, "the results file, or none")->type_name("FILE|none");
  run->add_flag("-q,--quiet", options->quiet, "bad results and the last line only");
  run->add_flag("--no-progress", options->no_progress, "no status line");
  run->footer(
      "Examples:\n"
      "  fatespec run suites/mpegaudio.yaml --set SAMPLES_PATH=/fate-suite\n"
      "  fatespec run --filter 'tag(audio) & !name(~mp2)' --jobs 8\n"
      "  fatespec run --configuration gcc-12 --json results.jsonl --junit junit.xml");
  run->callback([options, &exit_code] { exit_code = RunCommand(*options).execute(); });
}

}  // namespace fatespec::cli
