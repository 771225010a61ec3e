#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "checks/line_diff.hpp"
#include "cli/causes/show_divergence.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "cli/references/reference_change.hpp"
#include "cli/references/reference_edit.hpp"
#include "cli/references/reference_proposals.hpp"
#include "cli/run/suite_lock.hpp"
#include "reports/console.hpp"
#include "runner/local/tool_process.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

struct AcceptOptions : ProposalOptions {
  bool yes = false;
  bool pictures = false;
  std::string reason;
};

class Accept {
 public:
  explicit Accept(const AcceptOptions& options) : options_(options), console_(stdout) {}

  ExitCode execute() {
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") {
      complain("accept: CI=true is set; references are reviewed and accepted by people, elsewhere");
      return ExitCode::usage;
    }
    auto found = find_proposals(options_);
    if (!found) return found.error();
    found_ = std::move(*found);
    if (found_.list.empty() && found_.refused > 0) {
      complain("accept: nothing was accepted");
      return ExitCode::usage;
    }
    if (found_.list.empty()) {
      std::printf("run %s: there is nothing to accept\n", found_.run.id.c_str());
      return ExitCode::success;
    }
    if (options_.pictures) look_at_pictures();
    if (const auto status = runner::ToolInterruption::exit_status()) return static_cast<ExitCode>(*status);
    if (!options_.yes && ::isatty(STDIN_FILENO) == 0) {
      for (const auto& proposal : found_.list) show(proposal);
      complain("accept: there is no terminal to ask at; --yes takes all of them");
      return ExitCode::usage;
    }
    return review();
  }

 private:
  /// At the first proposal of a class, how many it has.
  void show(const Proposal& proposal) {
    if (proposal.change != shown_class_) {
      shown_class_ = proposal.change;
      const auto count = std::count_if(found_.list.begin(), found_.list.end(),
                                       [&](const auto& one) { return one.change == proposal.change; });
      std::printf("%s\n", console_
                              .styled(reports::Style::bold, fmt::format("== {}: {} {}", proposal.change, count,
                                                                        count == 1 ? "reference" : "references"))
                              .c_str());
    }
    const std::string where = proposal.reference_file.empty() ? proposal.test->suite->file : proposal.reference_file;
    std::printf("%s%s  in %s\n", console_.styled(reports::Style::bold, base::printable(proposal.test->name)).c_str(),
                proposal.stream == "stderr" ? ", stderr" : "", where.c_str());
    if (!proposal.command_now.empty())
      std::printf("    %s: the run's command was `%s`, and is now `%s`\n",
                  console_.styled(reports::Style::yellow, "the test has changed").c_str(),
                  base::printable(proposal.command).c_str(), base::printable(proposal.command_now).c_str());
    const std::string diff = checks::unified_diff(proposal.old_text.value_or(""), proposal.new_text);
    std::printf("%s\n", reports::coloured_diff(console_, diff, "    ").c_str());
    std::printf("%s", proposal.pictures.c_str());
  }

  /// What the changes are in pictures, where there is something to compare with: "1 frame, PSNR 58 dB".
  void look_at_pictures() {
    const runner::ToolInterruption interruption;
    for (auto& proposal : found_.list) {
      if (runner::ToolInterruption::exit_status()) break;
      if (proposal.stream != "stdout") continue;
      const auto shown = show_divergence(*found_.inputs.project, *proposal.test, {.results = options_.results});
      if (!shown) {
        complain(base::Error{shown.error().kind, proposal.test->name + ": " + shown.error().message});
        continue;
      }
      proposal.pictures = shown->text;
      if (shown->psnr) proposal.change += fmt::format(", PSNR {:.0f} dB", *shown->psnr);
    }
    std::stable_sort(found_.list.begin(), found_.list.end(),
                     [](const Proposal& a, const Proposal& b) { return a.change < b.change; });
  }

  ExitCode review() {
    record_ = facts_of_review();
    record_.run = found_.run.id;
    record_.reason = options_.reason;
    std::map<std::string, char> answers;  // of whole classes
    bool all = options_.yes;
    std::size_t accepted = 0;
    ExitCode worst = found_.cannot_change ? ExitCode::usage : ExitCode::success;
    const auto note = [&](const base::Error& error) { worst = std::max(worst, complain(error)); };
    for (const auto& proposal : found_.list) {
      show(proposal);
      const auto known = answers.find(proposal.change);
      const char answer = all ? 'y' : known != answers.end() ? known->second : ask();
      if (answer == 'q') break;
      all = all || answer == 'a';
      if (answer == 'c' || answer == 's') answers[proposal.change] = answer;
      const bool takes = answer != 'n' && answer != 's';
      if (!takes && record_.reason.empty()) continue;    // a refusal is worth a line if it has a reason
      const auto records = records_of(proposal, takes);  // before anything is changed
      const auto lock = SuiteLock::take(proposal.test->suite->file);
      if (!lock) {
        note(lock.error());
        continue;
      }
      if (takes) {
        if (const auto written = apply_proposal(proposal); !written) {
          note(written.error());  // the others can be taken all the same
          continue;
        }
        ++accepted;
      }
      const auto noted = reports::add_provenance(reports::provenance_file(proposal.test->suite->file), records);
      if (!noted) note(without_record(proposal, takes, noted.error()));
    }
    std::printf("%zu of %zu references changed%s\n", accepted, found_.list.size(),
                found_.refused > 0 ? fmt::format(", {} not accepted", found_.refused).c_str() : "");
    return worst;
  }

  static base::Error without_record(const Proposal& proposal, bool takes, const base::Error& error) {
    if (!takes) return error;
    return {error.kind, fmt::format("{}: its reference has changed, but that is not on record: {}", proposal.test->name,
                                    error.message)};
  }

  std::vector<reports::ProvenanceRecord> records_of(const Proposal& proposal, bool takes) const {
    std::vector<reports::ProvenanceRecord> records = {record_of(proposal, *proposal.test, proposal.command, takes)};
    for (const auto& sharer : proposal.also)
      records.push_back(record_of(proposal, *sharer.test, sharer.command, takes));
    return records;
  }

  reports::ProvenanceRecord record_of(const Proposal& proposal, const model::PlannedTest& test,
                                      const std::string& command, bool takes) const {
    reports::ProvenanceRecord record = record_;
    record.test = test.name;
    record.configuration = test.configuration->name;
    record.reference = proposal.reference_file.empty()
                           ? proposal.stream
                           : fs::path(proposal.reference_file).lexically_proximate(test.suite->directory).string();
    record.decision = takes ? "accepted" : "refused";
    record.change = proposal.change;
    record.command = command;
    if (proposal.old_text) record.old_sha256 = base::digest_hex(base::DigestAlgorithm::sha256, *proposal.old_text);
    record.new_sha256 = base::digest_hex(base::DigestAlgorithm::sha256, proposal.new_text);
    // A board's binary is not the one of that path here.
    if (model::board_of(*found_.inputs.project, test) == nullptr) add_binary(test, found_.run, record);
    return record;
  }

  char ask() {
    for (;;) {
      std::printf("take it? [y]es, [n]o, take the [c]lass, [s]kip the class, [a]ll, [r]eason, [q]uit: ");
      std::fflush(stdout);
      std::string line;
      if (!std::getline(std::cin, line)) return 'q';
      const std::string answer = base::lower(base::trim(line));
      if (answer.empty()) return 'n';
      if (answer[0] == 'r') ask_reason();
      else if (std::string_view("yncsaq").find(answer[0]) != std::string_view::npos) return answer[0];
    }
  }

  /// For this decision and those after it.
  void ask_reason() {
    std::printf("reason: ");
    std::fflush(stdout);
    std::getline(std::cin, record_.reason);
  }

  const AcceptOptions& options_;
  reports::Console console_;
  Proposals found_;
  reports::ProvenanceRecord record_;  ///< what all decisions of this review have in common
  std::string shown_class_;
};

}  // namespace

void add_accept(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<AcceptOptions>();
  CLI::App* accept =
      app.add_subcommand("accept", "take a run's output as the new reference, after showing what changes");
  accept->add_option("TEST", options->names, "names or globs (default: all that differ), and spec files");
  add_input_options(*accept, options->inputs, false);
  accept->add_option("--run", options->run, "the run to take the output from")->capture_default_str();
  accept->add_option("--results", options->results, "the results file")->type_name("FILE");
  accept->add_flag("--yes", options->yes, "do not ask; for scripts. Refused if CI=true");
  accept->add_option("--class", options->only_class, "only changes of this class, or glob: 'timestamps only'");
  accept->add_option("--reason", options->reason, "why, for `fatespec blame`");
  accept->add_flag("--pictures", options->pictures, "show each as fatespec diverge does, where there is a reference");
  accept->footer(
      "Examples:\n"
      "  fatespec accept\n"
      "  fatespec accept 'mpegaudio/*' --yes --reason 'the new rounding of layer 2'\n"
      "  fatespec accept --class 'timestamps only'\n"
      "  fatespec accept suites/mpegaudio.yaml --run latest~1");
  accept->callback([options, &exit_code] { exit_code = Accept(*options).execute(); });
}

}  // namespace fatespec::cli
