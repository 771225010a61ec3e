#include <cstdio>

#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/store_options.hpp"
#include "reports/json_lines.hpp"
#include "reports/junit.hpp"

namespace fatespec::cli {
namespace {

struct ReportOptions {
  StoreOptions store;
  std::string run = "latest";
  std::string format = "junit";
  std::string output = "-";
};

std::string render(const ReportOptions& options, const model::Run& run, const std::vector<model::TestResult>& results) {
  if (options.format == "junit") {
    std::vector<std::shared_ptr<const model::TestResult>> shared;
    for (const auto& result : results) shared.push_back(std::make_shared<const model::TestResult>(result));
    return reports::junit_xml(shared);
  }
  return reports::json_lines(run, results);
}

ExitCode write_report(const ReportOptions& options) {
  auto opened = open_store(options.store);
  if (const auto* code = std::get_if<ExitCode>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto run = store.find_run(options.run);
  if (!run) return complain(run.error());
  const auto results = store.results(run->id);
  if (!results) return complain(results.error());
  const std::string text = render(options, *run, *results);
  if (options.output == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return ExitCode::success;
  }
  const auto written = base::write_file_atomically(options.output, text);
  return written ? ExitCode::success : complain(written.error());
}

}  // namespace

void add_report(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* report = app.add_subcommand("report", "a run as JUnit XML or JSON Lines");
  report->add_option("RUN", options->run, "an id, a unique prefix of one, latest, or latest~N")->capture_default_str();
  report->add_option("--format", options->format, "junit or json")
      ->check(CLI::IsMember({"junit", "json"}))
      ->capture_default_str();
  report->add_option("-o,--output", options->output, "the file to write; - is stdout")->type_name("PATH");
  add_store_options(*report, options->store);
  report->footer("Example:\n  fatespec report latest --format junit -o junit.xml");
  report->callback([options, &exit_code] { exit_code = write_report(*options); });
}

}  // namespace fatespec::cli
