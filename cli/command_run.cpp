#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/cluster/cluster_run.hpp"
#include "cli/cluster/follow_farm_run.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "cli/common/precious_files.hpp"
#include "cli/common/source_tree.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/boards.hpp"
#include "cli/run/durable_events.hpp"
#include "cli/run/plan_run.hpp"
#include "cli/run/resumption.hpp"
#include "cli/run/run_artifacts.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_outputs.hpp"
#include "cli/run/run_selection.hpp"
#include "cli/run/run_session.hpp"
#include "cli/run/run_store.hpp"
#include "reports/comparison.hpp"
#include "reports/run_reporter.hpp"
#include "runner/plan/variables.hpp"

namespace fatespec::cli {
namespace {

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

/// A `run` from its options to its exit code: what is run, where what happens goes to, and what the end says.
class RunCommand {
 public:
  /// `cluster`: whose nodes run the tests, if not this machine and its boards.
  explicit RunCommand(const RunOptions& options, std::optional<ClusterRun> cluster)
      : options_(options),
        cluster_(std::move(cluster)),
        console_(options.json == "-" || options.junit == "-" ? stderr : stdout),
        outputs_(options.json, options.junit) {}

  ExitCode execute() {
    if (const auto fit = RunOutputs::check(options_.json, options_.junit); !fit) return complain(fit.error());
    if (!cluster_) {
      auto guardian = runner::Guardian::start();  // before there are threads and much memory
      if (!guardian) return complain(guardian.error());
      guardian_ = std::move(*guardian);
    }
    if (const auto adopted = adopt_resumed_tests(); !adopted) return adopted.error();
    auto loaded = load_inputs(options_.inputs, plan_options(options_));
    if (!loaded) return loaded.error();
    inputs_ = std::move(*loaded);
    if (const auto opened = store_.open(*inputs_.project, options_.results); !opened) return complain(opened.error());
    auto precious = precious_files(*inputs_.project, options_.results, inputs_.suites);
    if (outputs_.wanted())
      for (const auto& file : reference_files(inputs_.plan)) precious.push_back(file);
    if (const auto spared = outputs_.check_spares(precious); !spared) return complain(spared.error());
    if (const auto chosen = choose_tests(); !chosen) return chosen.error();
    run_.revisions = revisions_of(inputs_.plan);
    if (const auto chosen = choose_session(); !chosen) return chosen.error();
    if (const auto opened = open_outputs(); !opened) return opened.error();
    prepare_run();
    add_sinks();
    const auto code = cluster_ ? cluster_->run(*inputs_.project, inputs_.plan, options_, selection_, run_, clock_)
                               : run_plan(inputs_.plan, run_, clock_);
    if (!code) {
      const ExitCode failed = complain(code.error());
      store_.finish();
      outputs_.close();
      return failed;
    }
    return close_outputs(*code);
  }

 private:
  /// A bare `--resume` means the tests of the run that was cut short.
  OrExit<void> adopt_resumed_tests() {
    if (!options_.resume || cluster_ || selects_tests(options_)) return {};
    const auto project = load_project(options_.inputs);
    if (!project) return project.error();
    const std::string location = results_location(**project, options_.results);
    const auto store = results::Store::open_existing(location);
    if (!store) return {};  // what is wrong is told where the store is opened for the run
    auto adopted = adopt_tests(options_, **store, under_way_in(location, directory_beside(**project, location)));
    if (!adopted) return adopted.error();
    if (auto& options = *adopted) options_ = std::move(*options);
    tell_other_environment();
    return {};
  }

  /// A run goes on with what it began with, whatever the environment says now.
  void tell_other_environment() const {
    if (!options_.inputs.environment) return;
    for (const auto& [name, value] : runner::classic_environment()) {
      const auto its = options_.inputs.environment->find(name);
      if (its != options_.inputs.environment->end() && its->second == value) continue;
      complain(fmt::format("the run goes on with {} as it began, not with that of the environment ({})",
                           its == options_.inputs.environment->end() ? "no " + name : name + "=" + its->second, value));
    }
  }

  OrExit<void> choose_tests() {
    if (cluster_ && cluster_->is_attached()) return choose_ordered_tests();
    if (cluster_ && options_.resume)
      return complain(
          base::usage_error("a run on a cluster goes on with `fatespec attach RUN`; --resume without --on slurm "
                            "runs here what is left"));
    auto selected = select_tests(options_, inputs_.plan, store_.history(), store_.under_way());
    if (!selected) return selected.error();
    selection_ = std::move(*selected);
    if (const auto apart = check_boards(inputs_.plan); !apart) return complain(apart.error());
    run_.run_id = selection_.resumed ? selection_.resumed->id : new_run_id();
    return read_earlier_results();
  }

  /// The files and the end of a run that goes on tell all of it.
  OrExit<void> read_earlier_results() {
    if (!selection_.resumed) return {};
    auto results = store_.history()->results(run_.run_id);
    if (!results) return complain(results.error());
    // Without files only what the end tells again is needed.
    if (!outputs_.wanted())
      std::erase_if(*results, [](const auto& r) { return !model::is_bad(r.verdict) && !r.flaky && !r.leaky; });
    for (auto& result : *results) earlier_.push_back(std::make_shared<const model::TestResult>(std::move(result)));
    return {};
  }

  OrExit<void> choose_ordered_tests() {
    auto selected = cluster_->choose_ordered(inputs_.plan, store_.history(), run_.run_id);
    if (!selected) return selected.error();
    selection_ = std::move(*selected);
    if (options_.stress > 0) runner::repeat_tests(inputs_.plan, options_.stress);
    return read_earlier_results();
  }

  int jobs() const {
    if (options_.jobs > 0) return options_.jobs;
    const auto local = inputs_.project->targets.find("local");
    if (local != inputs_.project->targets.end() && local->second.jobs > 0) return local->second.jobs;
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }

  OrExit<void> open_outputs() {
    if (const auto claimed = store_.claim(run_.run_id); !claimed) return complain(claimed.error());
    if (const auto looked = look_again_at_resumed(); !looked) return looked;
    store_.begin([this](const base::Error&) { results_lost_ = true; },
                 [this](const std::string& text) { remarks_.add(text); });
    const auto opened = outputs_.open();
    if (!opened) return complain(opened.error());
    return {};
  }

  /// Until now another process may have gone on with the same run.
  OrExit<void> look_again_at_resumed() {
    if (!selection_.resumed || store_.history() == nullptr) return {};
    const auto verdicts = store_.history()->verdicts(run_.run_id);
    if (!verdicts) return complain(verdicts.error());
    if (verdicts->size() != selection_.done.size())
      return complain(
          base::busy_error(fmt::format("run {} went on in another process meanwhile; resume it again", run_.run_id)));
    return tell_other_commits();
  }

  /// What a run has already may be of another source than what is tested now.
  OrExit<void> tell_other_commits() {
    const auto before = store_.history()->revisions(run_.run_id);
    if (!before) return complain(before.error());
    for (const auto& [configuration, revision] : *before) {
      const auto now = run_.revisions.find(configuration);
      if (now == run_.revisions.end() || now->second == revision) continue;
      complain(
          fmt::format("run {} goes on over another commit: what it has of `{}` is of {}, the rest will be of {}; "
                      "without --resume all tests are run anew",
                      run_.run_id, configuration, revision, now->second));
    }
    return {};
  }

  OrExit<void> choose_session() {
    if (!store_.is_kept()) {
      if (options_.session.empty()) return {};
      return complain(base::usage_error("--session needs results: recordings are kept beside them"));
    }
    const auto samples = recordings_in(store_.directory());
    session_.emplace(samples, options_.session.empty() ? run_.run_id : options_.session);
    if (const auto fit = session_->check(selection_.resumed.has_value()); !fit) return complain(fit.error());
    return {};
  }

  void prepare_run() {
    run_.command = full_command(options_);
    run_.shard = options_.shard;
    run_.guardian = guardian_.get();
    run_.jobs = cluster_ ? options_.jobs : jobs();
    run_.scheduler = {keep_of(options_.keep), options_.fail_fast, options_.stress > 0};
    run_.scheduler.recordings = session_ ? session_->recordings() : "";
    if (!selection_.resumed) return;
    run_.began = selection_.resumed->started;
    run_.done = selection_.done;
  }

  void add_sinks() {
    reports::RunReporterOptions options;
    options.quiet = options_.quiet;
    options.progress = !options_.no_progress;
    options.on_cluster = cluster_.has_value();
    options.jobs = jobs() + board_jobs(inputs_.plan) - (runs_here(inputs_.plan) ? 0 : jobs());
    options.several_configurations = inputs_.project->configurations.size() > 1;
    options.rerun_command = rerun_command(options_);
    options.results = store_.shown();
    options.store_options = text_of(StoreOptions{options_.inputs, options_.results});
    options.resume_command = cluster_ ? "fatespec attach " + run_.run_id : resume_command(options_);
    for (const auto& [test, earlier] : selection_.earlier) options.expected[test] = earlier.wall;
    reporter_ = std::make_unique<reports::RunReporter>(console_, clock_, std::move(options));
    std::vector<model::EventSink> sinks;
    sinks.emplace_back([this](const auto& event) {
      outputs_.handle(event);
      if (!std::holds_alternative<model::RunStarted>(event)) return;
      for (auto& result : std::exchange(earlier_, {})) {
        reporter_->remember(*result);
        outputs_.handle(model::TestFinished{std::move(result)});
      }
    });
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
    run_.ends_early = [this] { reporter_->ends_early(); };
    run_.say = [this](const std::string& text) { reporter_->say(text); };
    run_.progress = [this](const std::string& board, const std::string& text) {
      reporter_->show_progress(board, text);
    };
    if (cluster_) run_.sinks.emplace_back([this](const auto& event) { cluster_->handle(event); });
    run_.results_lost = [this] { return results_lost_.load(); };
    if (auto* writer = store_.writer(); writer != nullptr) {
      run_.results_written = [writer] { return writer->try_flush(); };
      run_.hurry_results = [writer] { writer->hurry(); };
    }
    run_.keep_results = [this] {
      auto* writer = store_.writer();
      if (writer == nullptr) return true;
      const bool kept = writer->flush().has_value();
      if (!writer->has_begun()) reporter_->nothing_is_kept();
      return kept;
    };
  }

  void look_for_trends(const model::RunEvent& event) {
    const auto* finished = std::get_if<model::TestFinished>(&event);
    if (finished == nullptr) return;
    const auto& usage = finished->result->usage;
    has_trends_ = has_trends_ || usage.user + usage.system >= results::least_cpu_of_trends;
  }

  ExitCode close_outputs(ExitCode code) {
    for (const auto& remark : remarks_.take()) complain(remark);
    const bool kept = store_.finish();
    const bool written = outputs_.close();
    if (kept && written && cluster_) cluster_->forget_if_complete();
    if (session_) finish_session();
    show_trends();
    return after_loss(code, !kept ? Loss::results : !written ? Loss::output : Loss::none);
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

  RunOptions options_;
  std::optional<ClusterRun> cluster_;
  std::unique_ptr<runner::Guardian> guardian_;
  base::PausableClock clock_;
  reports::Console console_;
  Inputs inputs_;
  PlanRunOptions run_;
  std::optional<RunSession> session_;
  bool has_trends_ = false;
  Selection selection_;
  std::vector<std::shared_ptr<const model::TestResult>> earlier_;  ///< of a run that goes on, until they are told
  std::atomic<bool> results_lost_ = false;
  Remarks remarks_;
  RunStore store_;
  std::unique_ptr<DurableEvents> durable_;
  RunOutputs outputs_;
  std::unique_ptr<reports::RunReporter> reporter_;
};

ExitCode run_tests(const RunOptions& options) {
  std::optional<ClusterRun> cluster;
  if (options.on == "slurm") cluster.emplace(std::filesystem::path(), false);
  return RunCommand(options, std::move(cluster)).execute();
}

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
      "  fatespec run --shard 2/4\n"
      "  fatespec run --on slurm");
  run->callback([options, &exit_code] { exit_code = run_tests(*options); });
}

ExitCode follow_farm_run(const RunOptions& options, const std::filesystem::path& directory, bool cancel) {
  return RunCommand(options, ClusterRun(directory, cancel)).execute();
}

}  // namespace fatespec::cli
