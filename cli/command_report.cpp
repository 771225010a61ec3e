#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/precious_files.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/resumption.hpp"
#include "cli/run/run_site.hpp"
#include "reports/fate_report.hpp"
#include "reports/github.hpp"
#include "reports/incomplete_run.hpp"
#include "reports/json_lines.hpp"
#include "reports/junit.hpp"
#include "reports/tap.hpp"
#include "runner/groups/attribution.hpp"

namespace fatespec::cli {
namespace {

struct ReportOptions {
  StoreOptions store;
  std::string run = "latest";
  std::string format = "junit";
  std::string output = "-";
  reports::FateSlot slot;
  std::string configuration;  ///< whose results FATE gets
};

/// FATE's slot is one machine and one configuration: a run of several has as many reports.
base::Result<std::vector<model::TestResult>> of_one_configuration(const std::string& wanted,
                                                                  std::vector<model::TestResult> results) {
  std::set<std::string> all;
  for (const auto& result : results) all.insert(result.configuration);
  const std::string names = fmt::format("{}", fmt::join(all, ", "));
  if (wanted.empty() && all.size() > 1)
    return base::usage_error("a report of FATE is of one configuration: --configuration NAME, one of " + names);
  if (!wanted.empty() && !all.contains(wanted))
    return base::usage_error(fmt::format("the run has no configuration `{}`; it has {}", wanted, names));
  if (!wanted.empty()) std::erase_if(results, [&](const auto& result) { return result.configuration != wanted; });
  return results;
}

/// What a run lacks that was cut short.
void add_what_is_missing(const model::Run& run, std::size_t had, std::vector<model::TestResult>& results) {
  if (auto missing = reports::result_of_missing(run.planned, had, results.empty() ? nullptr : &results.front()))
    results.push_back(std::move(*missing));
}

base::Result<std::string> render_fate(const ReportOptions& options, const model::Run& run,
                                      const std::vector<model::TestResult>& results) {
  auto chosen = of_one_configuration(options.configuration, results);
  if (!chosen) return chosen.error();
  add_what_is_missing(run, results.size(), *chosen);
  auto report = reports::fate_report(options.slot, run, *chosen);
  if (!report || !options.output.ends_with(".tar.gz")) return report;
  return reports::fate_archive(*report, *chosen);
}

/// GitHub's annotations are what is printed; the summary goes to a file.
base::Result<std::string> render_github(const ReportOptions& options, const model::Run& run,
                                        const std::vector<model::TestResult>& results) {
  const std::string summary = reports::github_summary(run, results);
  if (options.output != "-") return summary;
  if (const char* step = std::getenv("GITHUB_STEP_SUMMARY"); step != nullptr && *step != '\0') {
    const base::FileDescriptor file(::open(step, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (!file) return base::io_error(step, errno);
    if (auto written = base::write_all(file.get(), summary, step); !written) return written.error();
  }
  return reports::github_annotations(results);
}

base::Result<std::string> render(const ReportOptions& options, const model::Run& run,
                                 std::vector<model::TestResult> results) {
  if (options.format == "fate") return render_fate(options, run, results);
  if (options.format == "json")  // it tells by itself how many were planned
    return reports::json_lines(run, results, runner::attributions_of(run, results), shard_of(run));
  add_what_is_missing(run, results.size(), results);
  if (options.format == "tap") return reports::tap(results);
  if (options.format == "github") return render_github(options, run, results);
  std::vector<std::shared_ptr<const model::TestResult>> shared;
  for (auto& result : results) shared.push_back(std::make_shared<const model::TestResult>(std::move(result)));
  return reports::junit_xml(shared);
}

ExitCode write_site(const ReportOptions& options, results::Store& store, const model::Run& run,
                    const std::vector<model::TestResult>& results) {
  if (options.output == "-") {
    complain("report --format html is a folder of files: -o DIR");
    return ExitCode::usage;
  }
  const auto project = load_project(options.store.inputs);
  if (!project) return project.error();
  const auto written = write_run_site(store, run, results, **project, options.output);
  if (!written) return complain(written.error());
  std::printf("%s/index.html\n", options.output.c_str());
  return ExitCode::success;
}

ExitCode write_report(const ReportOptions& options) {
  if (!options.configuration.empty() && options.format != "fate")
    return complain(base::usage_error("--configuration is for --format fate; the other formats tell all of a run"));
  auto opened = open_store(options.store);
  if (!opened) return opened.error();
  auto& store = **opened;
  const auto run = store.find_run(options.run);
  if (!run) return complain(run.error());
  const auto results = store.results(run->id);
  if (!results) return complain(results.error());
  if (options.format == "html") return write_site(options, store, *run, *results);
  const auto text = render(options, *run, *results);
  if (!text) return complain(text.error());
  if (options.output == "-") {
    std::fwrite(text->data(), 1, text->size(), stdout);
    return ExitCode::success;
  }
  const auto project = load_project(options.store.inputs);
  if (!project) return project.error();
  const auto files = precious_files(**project, options.store.results);
  if (const auto spared = check_spared("-o", options.output, files); !spared) return complain(spared.error());
  const auto written = base::write_file_atomically(options.output, *text);
  return written ? ExitCode::success : complain(written.error());
}

}  // namespace

void add_report(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* report = app.add_subcommand(
      "report",
      "a run as a page, and for other programs: JUnit, JSON Lines, TAP, GitHub Actions, FFmpeg's FATE server");
  report->add_option("RUN", options->run, "an id, a unique prefix of one, latest, or latest~N")->capture_default_str();
  report->add_option("--format", options->format, "html, junit, json, tap, github or fate")
      ->check(CLI::IsMember({"html", "junit", "json", "tap", "github", "fate"}))
      ->capture_default_str();
  report->add_option("-o,--output", options->output, "the file to write, of html the folder; - is stdout")
      ->type_name("PATH");
  report->add_option("--configuration", options->configuration, "the one that FATE is told of, where a run has several")
      ->type_name("NAME");
  report->add_option("--slot", options->slot.name, "of FATE: this machine and configuration")->type_name("NAME");
  report->add_option("--revision", options->slot.revision, "of FATE: what was tested, as git describe has it");
  report->add_option("--branch", options->slot.branch, "of FATE")->capture_default_str();
  report->add_option("--comment", options->slot.comment, "of FATE");
  report->add_option("--fate-config", options->slot.config, "of FATE: the line of ffbuild/config.fate");
  add_store_options(*report, options->store);
  report->footer(
      "Examples:\n"
      "  fatespec report --format html -o site\n"
      "  fatespec report latest --format junit -o junit.xml\n"
      "  fatespec report --format github -o summary.md\n"
      "  fatespec report --format fate --slot x86_64-linux-gcc --revision N-108000-gabcdef -o fate.tar.gz");
  report->callback([options, &exit_code] { exit_code = write_report(*options); });
}

}  // namespace fatespec::cli
