#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "cli/common/precious_files.hpp"
#include "cli/run/plan_run.hpp"
#include "cli/run/run_options.hpp"
#include "cli/run/run_outputs.hpp"
#include "cli/run/run_store.hpp"
#include "reports/json_reader.hpp"
#include "reports/run_reporter.hpp"
#include "runner/groups/attribution.hpp"

namespace fatespec::cli {
namespace {

struct MergeOptions {
  std::vector<std::string> files;
  InputOptions inputs;
  std::string results;
  std::string json;
  std::string junit;
  bool quiet = false;
};

constexpr std::uint64_t largest_file = std::uint64_t{4} << 30;

/// The runs of all files as one.
class Merge {
 public:
  explicit Merge(const MergeOptions& options)
      : options_(options),
        console_(options.json == "-" || options.junit == "-" ? stderr : stdout),
        outputs_(options.json, options.junit) {}

  ExitCode execute() {
    if (const auto fit = RunOutputs::check(options_.json, options_.junit); !fit) return complain(fit.error());
    if (const auto spared = outputs_.check_spares(options_.files); !spared) return complain(spared.error());
    for (const auto& file : options_.files)
      if (auto read = take(file); !read)
        return complain(base::Error{read.error().kind, file + ": " + read.error().message});
    look_for_cut_runs();
    look_for_missing_shards();
    if (results_.empty()) {
      complain("merge: there is no result in these files");
      return ExitCode::nothing_selected;
    }
    if (const auto opened = open_sinks(); !opened) return opened.error();
    replay();
    return close();
  }

 private:
  /// One of the runs that are merged.
  struct Part {
    std::string file;  ///< the last one that tells of it
    std::size_t planned = 0;
    bool finished = false;
    std::set<model::TestId> tests;  ///< with a result
  };

  base::Result<void> take(const std::string& file) {
    const auto text = base::read_file(file, largest_file);
    if (!text) return base::Error{text.error().kind, "it cannot be read"};
    auto run = reports::read_json_lines(*text);
    if (!run) return run.error();
    if (const auto shard = shard_of(run->shard)) shards_[shard->count].insert(shard->number);
    started_ = results_.empty() ? run->started : std::min(started_, run->started);
    wall_ = std::max(wall_, run->wall);
    Part& part = parts_[run->id.empty() ? file : run->id];
    part.planned = std::max({part.planned, run->tests, run->results.size()});
    part.finished = part.finished || run->finished;
    std::size_t told_before = 0;
    for (auto& result : run->results) {
      if (part.tests.insert(model::id_of(result)).second) add(std::move(result), file);
      else ++told_before;
    }
    if (told_before > 0)
      complain(fmt::format("{}: each of {} tests of the same run has a result in {} already, which counts", file,
                           told_before, part.file));
    part.file = file;
    return {};
  }

  /// What was cut may have gone on, and told all of it in another file.
  void look_for_cut_runs() {
    for (const auto& [id, part] : parts_) {
      planned_ += part.planned;
      if (part.finished && part.tests.size() >= part.planned) continue;
      complain(
          fmt::format("{}: the run was cut: {} of {} tests have a result", part.file, part.tests.size(), part.planned));
      cut_by_ = "the end of a file";
    }
    planned_ -= told_twice_;
  }

  /// The first result of a test counts.
  void add(model::TestResult result, const std::string& file) {
    const auto [known, is_new] = from_.try_emplace(model::id_of(result), file);
    if (!is_new) {
      complain(fmt::format("{}: {} has a result in {} already, which counts", file, base::printable(result.test),
                           known->second));
      ++told_twice_;
      return;
    }
    result.index = results_.size();
    ++counts_[result.verdict];
    results_.push_back(std::make_shared<const model::TestResult>(std::move(result)));
  }

  /// Of the files of N shards there are to be N: a lost one must not pass for tests that passed.
  void look_for_missing_shards() {
    constexpr std::size_t most_named = 8;
    for (const auto& [count, there] : shards_) {
      std::vector<std::string> missing;
      for (std::uint64_t number = 1; number <= count && missing.size() < most_named; ++number)
        if (!there.contains(number)) missing.push_back(fmt::format("{}/{}", number, count));
      if (missing.empty()) continue;
      const bool all_named = there.size() + missing.size() == count;
      complain(fmt::format("merge: of shard {}{} there is no file", fmt::join(missing, ", "), all_named ? "" : ", …"));
      cut_by_ = "the loss of a shard";
    }
  }

  OrExit<void> open_sinks() {
    const auto project = load_project(options_.inputs);
    if (!project) return project.error();
    // Which spec files the tests came from is known here only to a configuration.
    RunOptions again;
    again.inputs = options_.inputs;
    again.results = options_.results;
    if (!(*project)->file.empty()) rerun_command_ = rerun_command(again);
    if (const auto spared = outputs_.check_spares(precious_files(**project, options_.results)); !spared)
      return complain(spared.error());
    if (const auto kept = store_.open(**project, options_.results); !kept) return complain(kept.error());
    if (const auto claimed = store_.claim(run_); !claimed) return complain(claimed.error());
    store_.begin([](const base::Error&) {}, [](const std::string& text) { complain(text); });
    const auto opened = outputs_.open();
    if (!opened) return complain(opened.error());
    return {};
  }

  void emit(const model::RunEvent& event) {
    if (store_.writer() != nullptr) store_.writer()->handle(event);
    outputs_.handle(event);
    reporter_->handle(event);
  }

  void replay() {
    reports::RunReporterOptions options;
    options.quiet = options_.quiet;
    options.progress = false;
    options.results = store_.shown();
    options.several_configurations = std::any_of(results_.begin(), results_.end(), [&](const auto& result) {
      return result->configuration != results_.front()->configuration;
    });
    options.rerun_command = rerun_command_;
    reporter_ = std::make_unique<reports::RunReporter>(console_, clock_, std::move(options));
    std::string command = "fatespec merge";
    for (const auto& file : options_.files) command += " " + base::shell_quote(file);
    emit(model::RunStarted{run_, base::version, command, planned_, started_});
    runner::AttributionCollector attributions;
    for (const auto& result : results_) {
      attributions.add(result->test, result->configuration, result->verdict);
      emit(model::TestFinished{result});
    }
    model::RunFinished end{
        run_,
        counts_,
        wall_,
        started_ + std::chrono::duration_cast<base::UtcTime::duration>(wall_),
        static_cast<int>(after_loss(exit_code_of(counts_), cut_by_.empty() ? Loss::none : Loss::output)),
        ""};
    end.interrupted_by = cut_by_;
    if (cut_by_.empty()) end.attributions = attributions.conclude();
    emit(end);
  }

  ExitCode close() {
    const bool kept = store_.finish();
    const bool complete = outputs_.close() && cut_by_.empty();
    return after_loss(exit_code_of(counts_), !kept ? Loss::results : !complete ? Loss::output : Loss::none);
  }

  const MergeOptions& options_;
  reports::Console console_;
  base::SystemClock clock_;
  std::vector<std::shared_ptr<const model::TestResult>> results_;
  std::map<model::TestId, std::string> from_;  ///< the file that each result is of
  model::VerdictCounts counts_;
  base::UtcTime started_;
  base::Duration wall_{0};
  std::map<std::string, Part> parts_;  ///< by run
  std::size_t told_twice_ = 0;         ///< tests that another run has, too
  std::size_t planned_ = 0;
  std::map<std::uint64_t, std::set<std::uint64_t>> shards_;  ///< those that there is a file of, by their total
  std::string cut_by_;                                       ///< empty: all is there
  const std::string run_ = new_run_id();
  RunStore store_;
  std::string rerun_command_;  ///< empty: it is not known what it would be
  RunOutputs outputs_;
  std::unique_ptr<reports::RunReporter> reporter_;
};

}  // namespace

void add_merge(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<MergeOptions>();
  CLI::App* merge = app.add_subcommand("merge", "runs of shards, as run --json wrote them, as one run");
  merge->add_option("FILE", options->files, "what run --shard K/N --json FILE wrote")->required();
  add_input_options(*merge, options->inputs, false);
  merge->add_option("--results", options->results, "where the run is kept; none: nowhere");
  merge->add_option("--json", options->json, "write it as JSON Lines; - is stdout")->type_name("FILE");
  merge->add_option("--junit", options->junit, "write it as JUnit XML; - is stdout")->type_name("FILE");
  merge->add_flag("-q,--quiet", options->quiet, "bad results and the last line only");
  merge->footer(
      "Example:\n"
      "  fatespec run --shard 1/2 --json 1.jsonl   on one machine\n"
      "  fatespec run --shard 2/2 --json 2.jsonl   on another\n"
      "  fatespec merge 1.jsonl 2.jsonl");
  merge->callback([options, &exit_code] { exit_code = Merge(*options).execute(); });
}

}  // namespace fatespec::cli
