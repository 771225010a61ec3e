#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/boards.hpp"
#include "cli/commands.hpp"
#include "cli/durable_events.hpp"
#include "cli/inputs.hpp"
#include "cli/plan_run.hpp"
#include "cli/run_options.hpp"
#include "cli/run_outputs.hpp"
#include "cli/run_selection.hpp"
#include "cli/run_session.hpp"
#include "cli/run_store.hpp"
#include "cli/source_tree.hpp"
#include "reports/comparison.hpp"
#include "reports/run_reporter.hpp"

namespace fatespec::cli {
namespace {

runner::Keep keep_of(const std::string& name) {
  return name == "all" ? runner::Keep::all : name == "none" ? runner::Keep::none : runner::Keep::failed;
}

/// Lines for the user from other threads.
class Remarks {
 public:
  void add(const std::string& text) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(text);
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The sinks of a run and what they need; lives as long as the run.
class RunCommand {
 public:
  explicit RunCommand(const RunOptions& options)
      : options_(options), console_(options.json == "-" ? stderr : stdout), outputs_(options.json, options.junit) {}

  ExitCode execute() {
    auto guardian = runner::Guardian::start();  // before there are threads and much memory
    if (!guardian) return complain(guardian.error());
    guardian_ = std::move(*guardian);
    auto loaded = load_inputs(options_.inputs, plan_options(options_));
    if (const auto* code = std::get_if<ExitCode>(&loaded)) return *code;
    inputs_ = std::move(std::get<Inputs>(loaded));
    if (const auto opened = store_.open(*inputs_.project, options_.results); !opened) return complain(opened.error());
    auto selected = select_tests(options_, inputs_.plan, store_.history());
    if (const auto* code = std::get_if<ExitCode>(&selected)) return *code;
    selection_ = std::move(std::get<Selection>(selected));
    run_.revisions = revisions_of(inputs_.plan);
    run_.run_id = selection_.resumed ? selection_.resumed->id : new_run_id();
    if (const auto failed = choose_session()) return *failed;
    if (const auto failed = open_outputs()) return *failed;
    prepare_run();
    add_sinks();
    const auto code = run_plan(inputs_.plan, run_, clock_);
    if (!code) return complain(code.error());
    return close_outputs(*code);
  }

 private:
  int jobs() const {
    if (options_.jobs > 0) return options_.jobs;
    const auto local = inputs_.project->targets.find("local");
    if (local != inputs_.project->targets.end() && local->second.jobs > 0) return local->second.jobs;
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }

  std::optional<ExitCode> open_outputs() {
    const auto begun = store_.begin(
        run_.run_id, [this](const base::Error&) { results_lost_ = true; },
        [this](const std::string& text) { remarks_.add(text); });
    if (!begun) return complain(begun.error());
    const auto opened = outputs_.open();
    return opened ? std::nullopt : std::optional(complain(opened.error()));
  }

  std::optional<ExitCode> choose_session() {
    if (!store_.is_kept()) {
      if (options_.session.empty()) return std::nullopt;
      return complain(base::Error{base::ErrorKind::usage, "--session needs results: recordings are kept beside them"});
    }
    const auto samples = std::filesystem::path(store_.directory()) / "recordings";
    session_.emplace(samples, options_.session.empty() ? run_.run_id : options_.session);
    if (const auto fit = session_->check(selection_.resumed.has_value()); !fit) return complain(fit.error());
    return std::nullopt;
  }

  void prepare_run() {
    run_.command = full_command(options_);
    run_.guardian = guardian_.get();
    run_.jobs = jobs();
    run_.scheduler = {keep_of(options_.keep), options_.fail_fast, options_.stress > 0};
    run_.scheduler.recordings = session_ ? session_->recordings() : "";
    if (!selection_.resumed) return;
    run_.resumed = true;
    run_.done = selection_.resumed->counts;
  }

  void add_sinks() {
    reports::RunReporterOptions options;
    options.quiet = options_.quiet;
    options.progress = !options_.no_progress;
    options.jobs = jobs() + board_jobs(inputs_.plan) - (runs_here(inputs_.plan) ? 0 : jobs());
    options.several_configurations = inputs_.project->configurations.size() > 1;
    options.rerun_command = rerun_command(options_);
    options.results = store_.shown();
    options.resume_command = full_command(options_) + " --resume";
    for (const auto& [test, earlier] : selection_.earlier) options.expected[test] = earlier.wall;
    reporter_ = std::make_unique<reports::RunReporter>(console_, clock_, std::move(options));
    std::vector<model::EventSink> sinks;
    sinks.emplace_back([this](const auto& event) { outputs_.handle(event); });
    sinks.emplace_back([this](const auto& event) { reporter_->handle(event); });
    sinks.emplace_back([this](const auto& event) { look_for_trends(event); });
    if (store_.writer() != nullptr) {
      durable_ = std::make_unique<DurableEvents>(*store_.writer(), std::move(sinks));
      sinks = {[this](const auto& event) { durable_->handle(event); }};
    }
    run_.sinks = std::move(sinks);
    run_.tick = [this] {
      if (durable_) durable_->deliver_safe();
      for (const auto& remark : remarks_.take()) reporter_->say(remark);
      reporter_->tick();
    };
    run_.say = [this](const std::string& text) { reporter_->say(text); };
    run_.progress = [this](const std::string& board, const std::string& text) {
      reporter_->show_progress(board, text);
    };
    run_.results_lost = [this] { return results_lost_.load(); };
  }

  void look_for_trends(const model::RunEvent& event) {
    const auto* finished = std::get_if<model::TestFinished>(&event);
    if (finished == nullptr) return;
    const auto& usage = finished->result->usage;
    has_trends_ = has_trends_ || usage.user + usage.system >= results::least_cpu_of_trends;
  }

  /// Files that could not be written make the run an error, unless it is worse already.
  ExitCode close_outputs(ExitCode code) {
    for (const auto& remark : remarks_.take()) complain(remark);
    bool lost = !store_.finish();
    lost = !outputs_.close() || lost;
    if (session_) finish_session();
    show_trends();
    return lost && code == ExitCode::success ? ExitCode::error : code;
  }

  void finish_session() {
    const auto recorded = session_->finish();
    if (!recorded) complain(recorded.error());
    else if (*recorded && !options_.quiet) console_.print("session  " + session_->command("summarize"));
  }

  // After the summary: it needs the whole history, which is looked at only if some test was long enough to tell.
  void show_trends() {
    if (!store_.is_kept() || options_.quiet || !has_trends_) return;
    const auto store = store_.reopen();
    if (!store) return;
    const auto trends = (*store)->cpu_trends(run_.run_id);
    if (!trends) return;
    for (const auto& trend : *trends) console_.print(reports::trend_text(console_, trend));
  }

  const RunOptions& options_;
  std::unique_ptr<runner::Guardian> guardian_;
  base::PausableClock clock_;
  reports::Console console_;
  Inputs inputs_;
  PlanRunOptions run_;
  std::optional<RunSession> session_;
  bool has_trends_ = false;
  Selection selection_;
  std::atomic<bool> results_lost_ = false;
  Remarks remarks_;
  RunStore store_;
  std::unique_ptr<DurableEvents> durable_;
  RunOutputs outputs_;
  std::unique_ptr<reports::RunReporter> reporter_;
};

}  // namespace

void add_run(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run = app.add_subcommand("run", "run tests");
  add_run_options(*run, *options);
  run->footer(
      "Examples:\n"
      "  fatespec run suites/mpegaudio.yaml --set SAMPLES_PATH=/fate-suite\n"
      "  fatespec run --filter 'tag(audio) & !name(~mp2)' --jobs 8\n"
      "  fatespec run --configuration gcc-12 --json results.jsonl --junit junit.xml\n"
      "  fatespec run --rerun-failed\n"
      "  fatespec run --filter h264/cabac --stress 100\n"
      "  fatespec run --shard 2/4");
  run->callback([options, &exit_code] { exit_code = RunCommand(*options).execute(); });
}

}  // namespace fatespec::cli
