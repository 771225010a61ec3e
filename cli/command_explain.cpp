#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/inputs.hpp"
#include "runner/exec_prefix.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/plan/environment.hpp"
#include "specs/shell.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::cli {
namespace {

/// Where variables decide what is run, and whether.
std::vector<std::string> texts_with_variables(const model::Project& project, const model::PlannedTest& test) {
  std::vector<std::string> texts = {test.spec->spec.text, runner::command_as_written(project, test)};
  for (const auto& condition : test.spec->only_if) texts.push_back(condition.probe);
  return texts;
}

std::string used_variables(const model::Project& project, const model::PlannedTest& test,
                           const model::Variables& variables) {
  std::string text;
  std::set<std::string> seen;
  for (const auto& place : texts_with_variables(project, test)) {
    for (const auto& use : specs::variables_of_text(place)) {
      if (!seen.insert(use.name).second) continue;
      const auto value = variables.find(use.name);
      text += fmt::format("  ${} = {}\n", use.name, value == variables.end() ? "(left to the shell)" : value->second);
    }
  }
  return text;
}

std::string where_it_runs(const model::Project& project, const model::PlannedTest& test) {
  const auto* board = model::board_of(project, test);
  const bool is_kept_here = model::board_of(project, test.target) != nullptr;
  if (board == nullptr) return is_kept_here ? "local" : test.target;
  if (!board->pool.empty()) return fmt::format("{}: one of {}", board->name, fmt::join(board->pool, ", "));
  return fmt::format("{}: {} over ssh", board->name, board->host);
}

/// What to paste here to run a command there; of a pool, on its first board.
std::string ssh_line(const model::Project& project, const model::Target& target, const std::string& command) {
  const model::Target& board = target.pool.empty() ? target : project.targets.at(target.pool.front());
  std::string line = "ssh";
  if (board.port > 0) line += fmt::format(" -p {}", board.port);
  if (!board.identity_file.empty()) line += " -i " + base::shell_quote(board.identity_file);
  line += fmt::format(" {}{}", board.user.empty() ? "" : board.user + "@", board.host);
  const std::string prefixed = runner::with_prefix(board.exec, command);
  return line + " " +
         base::shell_quote(fmt::format("mkdir -p {0} && cd {0} && {1}", runner::stand_in_directory, prefixed));
}

std::string explanation(const model::Project& project, const model::PlannedTest& test) {
  const auto variables = runner::with_test_directory(test, runner::stand_in_directory);
  const auto* board = model::board_of(project, test);
  const std::string command = runner::command_line(project, test, variables);
  std::string text = fmt::format("{}\n", test.name);
  text +=
      fmt::format("  declared in {}\n", test.spec->origin.str().empty() ? test.suite->file : test.spec->origin.str());
  if (!test.spec->description.empty()) text += fmt::format("  {}\n", test.spec->description);
  text += fmt::format("  configuration {}, target {}\n", test.configuration->name, where_it_runs(project, test));
  text += fmt::format("  timeout {}, slots {}\n", test.timeout ? base::format_duration(*test.timeout) : "none",
                      test.spec->slots);
  if (test.skip_reason) text += fmt::format("  skipped: {}\n", *test.skip_reason);
  for (const auto& probe : test.probes) text += fmt::format("  only if this exits with 0: {}\n", probe);
  text += fmt::format("spec\n  {}\n", test.spec->spec.text);
  if (const auto used = used_variables(project, test, variables); !used.empty()) text += "variables\n" + used;
  text += "environment\n";
  for (const auto& entry :
       runner::test_environment(project, test, variables, runner::stand_in_directory, board == nullptr))
    text += fmt::format("  {}\n", entry);
  const bool direct = specs::simple_words(command).has_value();
  const auto type = test.spec->parsed.type;
  if (type != model::SpecType::filesize && type != model::SpecType::player)
    text += fmt::format("run {}\n", direct ? "directly" : "by /bin/sh");
  text += fmt::format("command line ({} stands for $TEST_DIR)\n", runner::stand_in_directory);
  const std::string line = runner::paste_line(project, test, variables);
  return base::printable_lines(text + "  " + (board == nullptr ? line : ssh_line(project, *board, line)) + "\n");
}

bool has_test(const Inputs& inputs, const std::string& name) {
  const auto& tests = inputs.plan.tests;
  return std::any_of(tests.begin(), tests.end(), [&](const auto& test) { return test.name == name; });
}

}  // namespace

void add_explain(CLI::App& app, ExitCode& exit_code) {
  struct Options {
    std::string test;
    InputOptions inputs;
  };
  auto options = std::make_shared<Options>();
  CLI::App* explain =
      app.add_subcommand("explain", "where a test would run, its variables, and the command line to paste");
  explain->add_option("TEST", options->test, "full name, or a filter expression")->required();
  add_input_options(*explain, options->inputs);
  explain->footer("Example:\n  fatespec explain mpegaudio/mp2-md5");
  explain->callback([options, &exit_code] {
    InputOptions inputs = options->inputs;
    const bool plain_name = options->test.find_first_of("&|!()") == std::string::npos;
    inputs.filter = plain_name ? "name(" + options->test + ")" : options->test;
    if (!plain_name) inputs.filter.clear();
    auto loaded = load_inputs(inputs);
    if (!plain_name && loaded) {  // a name may look like a filter expression
      inputs.filter = has_test(*loaded, options->test) ? exact_name(options->test) : options->test;
      loaded = load_inputs(inputs);
    }
    if (!loaded) {
      exit_code = loaded.error();
      return;
    }
    bool first = true;
    for (const auto& test : loaded->plan.tests) {
      std::printf("%s%s", first ? "" : "\n", explanation(*loaded->project, test).c_str());
      first = false;
    }
  });
}

}  // namespace fatespec::cli
