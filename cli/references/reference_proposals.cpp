#include "cli/references/reference_proposals.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "checks/text_check.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/precious_files.hpp"
#include "cli/references/kept_outputs.hpp"
#include "cli/references/reference_change.hpp"
#include "cli/references/reference_sharers.hpp"
#include "cli/references/stream_reference.hpp"
#include "cli/run/resumption.hpp"
#include "runner/plan/command_line.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

bool is_spec_file(const std::string& name) {
  std::error_code ignored;
  return (name.ends_with(".yaml") || name.ends_with(".yml")) && fs::is_regular_file(name, ignored);
}

/// Adds what the run was given: its variables, and its spec files if none are named now.
void take_inputs_of_run(const model::Run& run, InputOptions& inputs) {
  const auto its = inputs_of(run);
  if (!its) return;
  inputs.set.insert(inputs.set.begin(), its->set.begin(), its->set.end());
  inputs.environment = its->environment;
  if (inputs.config.empty()) inputs.config = its->config;
  if (inputs.specs.empty())
    std::copy_if(its->specs.begin(), its->specs.end(), std::back_inserter(inputs.specs), is_spec_file);
}

/// What the run ran, if it is not what would run now; empty if it is, or if that depends on the attempt's directory.
std::string changed_command(const model::Project& project, const model::PlannedTest& test, const std::string& then) {
  const auto line = [&](const char* directory) {
    return runner::paste_line(project, test, runner::with_test_directory(test, directory));
  };
  const std::string now = line("/directory of an attempt");
  return !then.empty() && now == line("/directory of another") && now != then ? now : "";
}

class ProposalFinder {
 public:
  explicit ProposalFinder(const ProposalOptions& options) : options_(options) {}

  OrExit<Proposals> run() {
    if (const auto loaded = load(); !loaded) return loaded.error();
    for (const auto& result : results_) consider(result);
    if (!unknown_names_.empty()) return complain_of_names();
    if (const auto looked = look_at_earlier_runs(); !looked) return looked.error();
    settle();
    if (found_.list.empty() && !other_classes_.empty()) return complain_of_class();
    std::stable_sort(found_.list.begin(), found_.list.end(),
                     [](const Proposal& a, const Proposal& b) { return a.change < b.change; });
    return std::move(found_);
  }

 private:
  OrExit<void> load() {
    InputOptions inputs = options_.inputs;
    for (const auto& name : options_.names) {
      if (is_spec_file(name)) inputs.specs.push_back(name);
      else unknown_names_.push_back(name);
    }
    auto project = load_project(inputs);
    if (!project) return project.error();
    auto opened = results::Store::open_existing(results_location(**project, options_.results));
    if (!opened) return complain(opened.error());
    found_.store = std::move(*opened);
    const auto run = found_.store->find_run(options_.run);
    if (!run) return complain(run.error());
    found_.run = *run;
    outputs_.emplace(*found_.store, found_.run.id);
    take_inputs_of_run(found_.run, inputs);
    auto loaded = load_inputs(inputs);
    if (!loaded) return loaded.error();
    found_.inputs = std::move(*loaded);
    for (const auto& test : found_.inputs.plan.tests) planned_[model::id_of(test)] = &test;
    auto results = found_.store->results(found_.run.id);
    if (!results) return complain(results.error());
    results_ = std::move(*results);
    return find_named();
  }

  OrExit<void> find_named() {
    std::set<std::string> known;
    for (const auto& result : results_) known.insert(result.test);
    for (const auto& name : options_.names) {
      if (is_spec_file(name)) continue;
      const auto meant = tests_named(name, known);
      const bool is_glob = name.find_first_of("*?[") != std::string::npos;
      if (meant.size() > 1 && !is_glob) return complain(base::usage_error("accept: " + ambiguity(name, meant)));
      if (!meant.empty()) std::erase(unknown_names_, name);
      named_.insert(meant.begin(), meant.end());
    }
    return {};
  }

  void consider(const model::TestResult& result) {
    const bool any_name =
        std::any_of(options_.names.begin(), options_.names.end(), [](const auto& name) { return !is_spec_file(name); });
    const bool named = named_.contains(result.test);
    const bool is_meant = !any_name || named;
    const auto found = planned_.find(model::id_of(result));
    if (found == planned_.end()) {
      note_left_out(result);
      if (is_meant && (named || model::is_bad(result.verdict))) refuse_unknown(result);
      return;
    }
    const model::PlannedTest& test = *found->second;
    const StreamReference output = output_reference(test);
    const StreamReference error = error_reference(test);
    for (const auto& reference : references_of(test)) {
      if (outputs_->meets(test, result, reference)) sharers_.agrees(place_of(test, reference), label(result));
      if (!is_meant) note_bystander(test, result, reference);
    }
    if (!is_meant) return note_without_reference(test, result);
    // What a known failure writes is known to be wrong.
    if (result.verdict == model::Verdict::xfail && !named) return;
    if (output.is_given() || (named && !error.is_given())) consider_output(test, result, named);
    if (error.is_given()) consider_error(test, result, named);
  }

  /// A test of a configuration that is left out, or gone, is no matter of spec files.
  void refuse_unknown(const model::TestResult& result) {
    const auto& named = options_.inputs.configurations;
    if (!named.empty() && std::find(named.begin(), named.end(), result.configuration) == named.end()) return;
    refuse(result, is_configured(result.configuration)
                       ? "no spec file that is read has this test: name the file that does"
                       : "there is no configuration `" + result.configuration + "` any more");
  }

  /// What is not meant may share a reference with what is.
  void note_bystander(const model::PlannedTest& test, const model::TestResult& result,
                      const StreamReference& reference) {
    if (auto text = outputs_->differing(test, result, reference))
      sharers_.writes(place_of(test, reference), label(result), std::move(*text));
  }

  /// The expectation that another combination or configuration of the test gets would be its own, too.
  void note_without_reference(const model::PlannedTest& test, const model::TestResult& result) {
    if (output_reference(test).is_given() || !ended_as_expected(result, test.spec->expect.status)) return;
    if (auto whole = outputs_->whole_stdout(result))
      sharers_.writes(place_of(test, output_reference(test)), label(result), std::move(*whole));
  }

  /// What `--configuration` leaves out is not meant, but shares what has the same place everywhere.
  void note_left_out(const model::TestResult& result) {
    const auto* test = sharer_of(result.test, result.configuration);
    if (test == nullptr) return;
    note_without_reference(*test, result);
    for (const auto& reference : references_of(*test)) {
      if (!reference.is_shared()) continue;
      if (outputs_->meets(*test, result, reference)) sharers_.agrees(place_of(*test, reference), label(result));
      note_bystander(*test, result, reference);
    }
  }

  /// The same test under another configuration; nothing if the result's is gone.
  const model::PlannedTest* sharer_of(const std::string& test, const std::string& configuration) const {
    const auto found = planned_.lower_bound({test, ""});
    return is_configured(configuration) && found != planned_.end() && found->first.test == test ? found->second
                                                                                                : nullptr;
  }

  bool is_configured(const std::string& configuration) const {
    const auto& known = found_.inputs.project->configurations;
    return std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.name == configuration; });
  }

  std::string label(const std::string& test, const std::string& configuration) const {
    return found_.inputs.project->configurations.size() > 1 ? test + " [" + configuration + "]" : test;
  }

  std::string label(const model::PlannedTest& test) const { return label(test.name, test.configuration->name); }
  std::string label(const model::TestResult& result) const { return label(result.test, result.configuration); }

  void consider_output(const model::PlannedTest& test, const model::TestResult& result, bool named) {
    const auto& expect = test.spec->expect;
    const auto output = outputs_->whole_stdout(result);
    if (!differs_from_reference(test, output)) {
      const bool by_error = model::is_bad(result.verdict) && error_reference(test).is_given();
      if (by_error && ended_as_expected(result, expect.status)) return;
      if (named || result.output.truncated)
        refuse(result, !model::is_bad(result.verdict) ? "it passed, nothing differs"
                       : output                       ? "its stdout is what is expected by now"
                                                      : not_kept(result));
      return;
    }
    if (model::is_build(test.spec->parsed.type)) {
      if (named) refuse(result, "a build has no reference");
      return;
    }
    if (!becomes_a_reference(test.spec->parsed.type))
      return refuse(result, "it is compared with a file of samples, which accept does not change");
    if (!ended_as_expected(result, expect.status))
      return refuse(result, "it did not end as expected: " + result.reason);
    if (!output_reference(test).is_given() && has_expectation(expect))
      return refuse(result, "it expects something else than stdout; write `expect: {stdout: …}` to have both");
    if (result.outputs.size() > 1)
      return refuse(result, fmt::format("its repetitions ended in {} ways", result.outputs.size()));
    propose(test, result, output_reference(test), *output);
  }

  static std::string not_kept(const model::TestResult& result) {
    if (result.output.bytes <= checks::kept_bytes) return "its output was not kept";
    return fmt::format(
        "its output is larger than {}, of which head and tail are kept; expect its digest, as {{MD5}} does",
        base::format_size(checks::kept_bytes));
  }

  void consider_error(const model::PlannedTest& test, const model::TestResult& result, bool named) {
    const bool is_told = output_reference(test).is_given();
    if (!model::is_bad(result.verdict)) {
      if (named && !is_told) refuse(result, "it passed, nothing differs");
    } else if (!ended_as_expected(result, test.spec->expect.status)) {
      if (!is_told) refuse(result, "it did not end as expected: " + result.reason);
    } else if (result.error.truncated) {
      refuse(result, "of its stderr only head and tail are kept");
    } else if (outputs_->meets(test, result, error_reference(test))) {
      if (named && !is_told) refuse(result, "its stderr is as expected");
    } else if (result.outputs.size() > 1) {
      if (!is_told) refuse(result, fmt::format("its repetitions ended in {} ways", result.outputs.size()));
    } else {
      propose(test, result, error_reference(test), result.error.text);
    }
  }

  void refuse(const model::TestResult& result, const std::string& why) {
    ++found_.refused;
    std::printf("%s: not accepted, %s\n", base::printable(label(result)).c_str(), base::printable(why).c_str());
  }

  void refuse_to_change(const model::TestResult& result, const std::string& why) {
    found_.cannot_change = true;
    refuse(result, why);
  }

  void propose(const model::PlannedTest& test, const model::TestResult& result, const StreamReference& reference,
               const std::string& text) {
    Proposal proposal;
    proposal.test = &test;
    proposal.stream = reference.stream;
    proposal.new_text = text;
    proposal.old_text = text_of(test, reference);
    if (reference.file) {
      if (is_made_by_the_test(*reference.file)) return refuse(result, "the test makes its reference itself");
      proposal.reference_file = runner::absolute_path(reference.file->text, *test.variables, test.suite->directory);
      if (const auto why = no_place_for_a_reference(proposal.reference_file); !why.empty())
        return refuse_to_change(result, why);
    } else if (reference.text) {
      if (!is_text(text))
        return refuse_to_change(result, fmt::format("its {} is no UTF-8 text, which YAML cannot hold: use `{}_file`",
                                                    reference.stream, reference.stream));
    } else if (!is_text(text) || std::count(text.begin(), text.end(), '\n') > 1 || text.size() > 200) {
      proposal.reference_file = new_reference_file(test);
      proposal.adds_file_key = true;
    }
    if (proposal.old_text == proposal.new_text) return;
    proposal.change = class_of_change(proposal.old_text, proposal.new_text);
    proposal.command = result.command;
    proposal.command_now = changed_command(*found_.inputs.project, test, result.command);
    sharers_.propose(place_of(test, reference), label(test), std::move(proposal));
  }

  /// Why the file is not to be written; empty if it may.
  std::string no_place_for_a_reference(const std::string& file) const {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return "";
    if (!fs::is_regular_file(file, ignored)) return file + " is no regular file";
    for (const auto& precious : precious_files(*found_.inputs.project, options_.results, found_.inputs.suites))
      if (fs::equivalent(file, precious, ignored))
        return file + " is no reference, but a spec file, the configuration or where results are";
    return file.ends_with(".provenance.jsonl") ? file + " is no reference, but tells why references changed" : "";
  }

  /// What the run has no result of may have agreed with a reference when it last ran, or written something else.
  OrExit<void> look_at_earlier_runs() {
    if (sharers_.nothing_is_proposed()) return {};
    std::set<model::TestId> seen;
    for (const auto& result : results_) seen.insert(model::id_of(result));
    auto latest = found_.store->latest_results();
    if (!latest) return complain(latest.error());
    for (const auto& result : *latest) {
      const auto found = planned_.find(model::id_of(result));
      const bool is_planned = found != planned_.end();
      const auto* test = is_planned ? found->second : sharer_of(result.test, result.configuration);
      if (test == nullptr || seen.contains(model::id_of(result))) continue;
      for (const auto& reference : references_of(*test)) {
        const std::string place = place_of(*test, reference);
        if ((!is_planned && !reference.is_shared()) || !sharers_.is_proposed(place)) continue;
        const std::string who = label(result.test, result.configuration) + ", which was not run,";
        if (result.verdict == model::Verdict::pass) sharers_.agrees(place, who);
        else if (auto text = written_last(*test, result, reference))
          sharers_.writes(place, who + " when it last ran (run it again, if that is past),", std::move(*text));
      }
    }
    return {};
  }

  /// What a test wrote in place of a reference when it last ran, if that is known and its command is still the same.
  std::optional<std::string> written_last(const model::PlannedTest& test, const results::LatestResult& latest,
                                          const StreamReference& reference) {
    constexpr std::size_t runs_looked_at = 50;
    const auto history = found_.store->history(latest.test, runs_looked_at);
    if (!history) return std::nullopt;
    const auto entry = std::find_if(history->begin(), history->end(),
                                    [&](const auto& one) { return one.configuration == latest.configuration; });
    if (entry == history->end()) return std::nullopt;
    const auto& results = results_of(entry->run);
    const auto result = std::find_if(results.begin(), results.end(), [&](const auto& one) {
      return one.test == latest.test && one.configuration == latest.configuration;
    });
    if (result == results.end() || !changed_command(*found_.inputs.project, test, result->command).empty())
      return std::nullopt;
    return KeptOutputs(*found_.store, entry->run).differing(test, *result, reference);
  }

  /// Of an earlier run; none if they cannot be read.
  const std::vector<model::TestResult>& results_of(const std::string& run) {
    const auto [known, is_new] = earlier_results_.try_emplace(run);
    if (!is_new) return known->second;
    if (auto results = found_.store->results(run)) known->second = std::move(*results);
    return known->second;
  }

  void settle() {
    auto settled = sharers_.settle();
    for (auto& proposal : settled.agreed) take(std::move(proposal));
    found_.refused += settled.refused.size();
    for (const auto& [who, why, stream] : settled.refused)
      std::printf("%s: not accepted, %s; give each an `expect` of its own (a `%s_file` may hold the variables)\n",
                  base::printable(who).c_str(), base::printable(why).c_str(), stream.c_str());
  }

  void take(Proposal proposal) {
    if (options_.only_class.empty() || base::glob_match(options_.only_class, proposal.change))
      found_.list.push_back(std::move(proposal));
    else other_classes_.insert(std::move(proposal.change));
  }

  ExitCode complain_of_class() const {
    complain(fmt::format("accept: run {} has no change of class `{}`, but of: {}", found_.run.id, options_.only_class,
                         fmt::join(other_classes_, "; ")));
    return ExitCode::nothing_selected;
  }

  ExitCode complain_of_names() {
    for (const auto& name : unknown_names_)
      complain(fmt::format("accept: run {} has no test `{}`", found_.run.id, name));
    return ExitCode::nothing_selected;
  }

  const ProposalOptions& options_;
  Proposals found_;
  std::vector<model::TestResult> results_;
  std::map<std::string, std::vector<model::TestResult>> earlier_results_;  ///< by their runs
  std::map<model::TestId, const model::PlannedTest*> planned_;
  std::vector<std::string> unknown_names_;
  std::set<std::string> named_;          ///< tests
  std::set<std::string> other_classes_;  ///< of changes that `--class` leaves out
  std::optional<KeptOutputs> outputs_;
  ReferenceSharers sharers_;
};

}  // namespace

OrExit<Proposals> find_proposals(const ProposalOptions& options) { return ProposalFinder(options).run(); }

}  // namespace fatespec::cli
