#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "checks/line_diff.hpp"
#include "cli/commands.hpp"
#include "cli/inputs.hpp"
#include "reports/console.hpp"
#include "runner/command_line.hpp"
#include "specs/shell.hpp"
#include "specs/suite_editor.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

struct AcceptOptions {
  std::vector<std::string> names;  ///< tests, or spec files
  InputOptions inputs;
  std::string results;
  std::string run = "latest";
  bool yes = false;
};

/// A reference that would change.
struct Proposal {
  const model::PlannedTest* test = nullptr;
  std::string old_text;
  std::string new_text;
  std::string reference_file;  ///< empty: the text stands in the spec file
  bool adds_file_key = false;  ///< the spec file does not name the reference yet
};

bool is_spec_file(const std::string& name) {
  std::error_code ignored;
  return (name.ends_with(".yaml") || name.ends_with(".yml")) && fs::is_regular_file(name, ignored);
}

/// What the run was given, for projects without a configuration file.
void take_inputs_of_run(const model::Run& run, InputOptions& inputs) {
  const auto words = specs::simple_words(run.command);
  if (!words) return;
  for (std::size_t i = 2; i < words->size(); ++i) {
    if ((*words)[i] == "--set" && i + 1 < words->size()) inputs.set.push_back((*words)[++i]);
    else if ((*words)[i] == "--config" && i + 1 < words->size()) inputs.config = (*words)[++i];
    else if (is_spec_file((*words)[i])) inputs.specs.push_back((*words)[i]);
  }
}

bool becomes_a_reference(model::SpecType type) {
  return type == model::SpecType::command || type == model::SpecType::digest || type == model::SpecType::digest_file ||
         type == model::SpecType::filesize;
}

class Accept {
 public:
  explicit Accept(const AcceptOptions& options) : options_(options), console_(stdout) {}

  ExitCode execute() {
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") {
      complain("accept: CI=true is set; references are reviewed and accepted by people, elsewhere");
      return ExitCode::usage;
    }
    if (const auto failed = load()) return *failed;
    for (const auto& result : results_) consider(result);
    if (!unknown_names_.empty()) return complain_of_names();
    if (proposals_.empty()) {
      std::printf("run %s: there is nothing to accept\n", run_.id.c_str());
      return ExitCode::success;
    }
    if (!options_.yes && ::isatty(STDIN_FILENO) == 0) {
      for (const auto& proposal : proposals_) show(proposal);
      complain("accept: there is no terminal to ask at; --yes takes all of them");
      return ExitCode::usage;
    }
    return review();
  }

 private:
  std::optional<ExitCode> load() {
    InputOptions inputs = options_.inputs;
    for (const auto& name : options_.names) {
      if (is_spec_file(name)) inputs.specs.push_back(name);
      else unknown_names_.push_back(name);
    }
    auto project = load_project(inputs);
    if (const auto* code = std::get_if<ExitCode>(&project)) return *code;
    auto opened = results::Store::open_existing(results_file(*std::get<0>(project), options_.results));
    if (!opened) return complain(opened.error());
    store_ = std::move(*opened);
    const auto run = store_->find_run(options_.run);
    if (!run) return complain(run.error());
    run_ = *run;
    if (inputs.specs.empty() && std::get<0>(project)->suites.empty()) take_inputs_of_run(run_, inputs);
    auto loaded = load_inputs(inputs);
    if (const auto* code = std::get_if<ExitCode>(&loaded)) return *code;
    inputs_ = std::move(std::get<Inputs>(loaded));
    for (const auto& test : inputs_.plan.tests) planned_[{test.name, test.configuration->name}] = &test;
    auto results = store_->results(run_.id);
    if (!results) return complain(results.error());
    results_ = std::move(*results);
    return std::nullopt;
  }

  bool is_named(const std::string& test) {
    bool named = false;
    for (const auto& name : options_.names) {
      if (is_spec_file(name) || (name != test && !base::glob_match(name, test))) continue;
      named = true;
      std::erase(unknown_names_, name);
    }
    return named;
  }

  void consider(const model::TestResult& result) {
    const bool any_name =
        std::any_of(options_.names.begin(), options_.names.end(), [](const auto& name) { return !is_spec_file(name); });
    const bool named = is_named(result.test);
    if (any_name && !named) return;
    const auto found = planned_.find({result.test, result.configuration});
    if (found == planned_.end()) return;
    const model::PlannedTest& test = *found->second;
    const auto& expect = test.spec->expect;
    const bool compared = expect.output || expect.output_file;
    if (!compared && !named) return;
    const auto output = store_->full_output(run_.id, result.test, result.configuration);
    if (!output || !*output) {
      if (named || result.output.truncated)
        refuse(result, model::is_bad(result.verdict) ? "its output was not kept" : "it passed, nothing differs");
      return;
    }
    if (!becomes_a_reference(test.spec->parsed.type))
      return refuse(result, "it is compared with a file of samples, which accept does not change");
    const bool exited_well = result.status && test.spec->expect.status.kind == model::ExpectedStatus::Kind::exactly &&
                             *result.status == test.spec->expect.status.value;
    if (!exited_well && test.spec->expect.status.kind == model::ExpectedStatus::Kind::exactly)
      return refuse(result, "it did not end as expected: " + result.reason);
    propose(test, **output);
  }

  void refuse(const model::TestResult& result, const std::string& why) {
    std::printf("%s: not accepted, %s\n", base::printable(result.test).c_str(), base::printable(why).c_str());
  }

  void propose(const model::PlannedTest& test, const std::string& output) {
    const auto& expect = test.spec->expect;
    Proposal proposal{&test, "", output, "", false};
    if (expect.output_file) {
      proposal.reference_file = runner::absolute_path(expect.output_file->text, *test.variables, test.suite->directory);
      if (auto old_text = base::read_file(proposal.reference_file)) proposal.old_text = std::move(*old_text);
    } else if (expect.output) {
      proposal.old_text = expect.output->text;
    } else if (std::count(output.begin(), output.end(), '\n') > 1 || output.size() > 200) {
      proposal.reference_file = (fs::path(test.suite->directory) / "refs" / file_name(test)).string();
      proposal.adds_file_key = true;
    }
    if (proposal.old_text == proposal.new_text && (expect.output || expect.output_file)) return;
    if (conflicts(proposal)) return;
    proposals_.push_back(std::move(proposal));
  }

  static std::string file_name(const model::PlannedTest& test) {
    std::string name = test.suite->name + "-" + test.spec->name;
    for (char& c : name)
      if (c == '/' || c == ' ') c = '-';
    return name;
  }

  /// Two outputs for one place: combinations of a matrix, or configurations, that do not agree.
  bool conflicts(const Proposal& proposal) {
    const std::string place = proposal.reference_file.empty()
                                  ? proposal.test->suite->file + "\n" + proposal.test->spec->name
                                  : proposal.reference_file;
    const auto [first, added] = places_.try_emplace(place, proposal.new_text);
    if (added) return false;
    if (first->second != proposal.new_text)
      std::printf(
          "%s: not accepted, another configuration or combination gives another output for the same reference\n",
          base::printable(proposal.test->name).c_str());
    return true;
  }

  ExitCode complain_of_names() {
    for (const auto& name : unknown_names_) complain(fmt::format("accept: run {} has no test `{}`", run_.id, name));
    return ExitCode::nothing_selected;
  }

  void show(const Proposal& proposal) const {
    const std::string where = proposal.reference_file.empty() ? proposal.test->suite->file : proposal.reference_file;
    std::printf("%s  in %s\n", console_.styled(reports::Style::bold, base::printable(proposal.test->name)).c_str(),
                where.c_str());
    const std::string diff = checks::unified_diff(proposal.old_text, proposal.new_text);
    std::printf("%s\n", reports::coloured_diff(console_, diff, "    ").c_str());
  }

  ExitCode review() {
    bool all = options_.yes;
    std::size_t accepted = 0;
    for (const auto& proposal : proposals_) {
      show(proposal);
      const char answer = all ? 'y' : ask();
      if (answer == 'q') break;
      all = all || answer == 'a';
      if (answer == 'n') continue;
      if (const auto written = apply(proposal); !written) return complain(written.error());
      ++accepted;
    }
    std::printf("%zu of %zu references changed\n", accepted, proposals_.size());
    return ExitCode::success;
  }

  static char ask() {
    for (;;) {
      std::printf("take it? [y]es, [n]o, [a]ll, [q]uit: ");
      std::fflush(stdout);
      std::string line;
      if (!std::getline(std::cin, line)) return 'q';
      const std::string answer = base::lower(base::trim(line));
      if (answer.empty()) return 'n';
      if (std::string_view("ynaq").find(answer[0]) != std::string_view::npos) return answer[0];
    }
  }

  base::Result<void> apply(const Proposal& proposal) {
    if (proposal.reference_file.empty())
      return edit_suite(*proposal.test, {proposal.test->spec->name, "stdout", proposal.new_text});
    if (auto made = base::make_directories(fs::path(proposal.reference_file).parent_path()); !made) return made;
    if (auto written = base::write_file_atomically(proposal.reference_file, proposal.new_text); !written)
      return written;
    if (!proposal.adds_file_key) return {};
    return edit_suite(*proposal.test, {proposal.test->spec->name, "stdout_file", "refs/" + file_name(*proposal.test)});
  }

  static base::Result<void> edit_suite(const model::PlannedTest& test, const specs::ExpectationEdit& edit) {
    const auto text = base::read_file(test.suite->file);
    if (!text) return text.error();
    const auto edited = specs::edit_expectation(test.suite->file, *text, edit);
    if (!edited) return edited.error();
    return base::write_file_atomically(test.suite->file, *edited);
  }

  const AcceptOptions& options_;
  reports::Console console_;
  std::unique_ptr<results::Store> store_;
  model::Run run_;
  Inputs inputs_;
  std::vector<model::TestResult> results_;
  std::map<std::pair<std::string, std::string>, const model::PlannedTest*> planned_;
  std::vector<std::string> unknown_names_;
  std::vector<Proposal> proposals_;
  std::map<std::string, std::string> places_;
};

}  // namespace

void add_accept(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<AcceptOptions>();
  CLI::App* accept =
      app.add_subcommand("accept", "take a run's output as the new reference, after showing what changes");
  accept->add_option("TEST", options->names, "full names or globs (default: all that differ), and spec files");
  add_input_options(*accept, options->inputs, false);
  accept->add_option("--run", options->run, "the run to take the output from")->capture_default_str();
  accept->add_option("--results", options->results, "the results file")->type_name("FILE");
  accept->add_flag("--yes", options->yes, "do not ask; for scripts. Refused if CI=true");
  accept->footer(
      "Examples:\n"
      "  fatespec accept\n"
      "  fatespec accept 'mpegaudio/*' --yes\n"
      "  fatespec accept suites/mpegaudio.yaml --run latest~1");
  accept->callback([options, &exit_code] { exit_code = Accept(*options).execute(); });
}

}  // namespace fatespec::cli
