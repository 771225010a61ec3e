#include "runner/plan/command_line.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "base/program.hpp"
#include "base/text.hpp"
#include "runner/plan/environment.hpp"
#include "runner/plan/relative_files.hpp"
#include "specs/shell.hpp"
#include "specs/shell_words.hpp"
#include "specs/spec_arguments.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::runner {
namespace {

using model::PlannedTest;
using model::SpecType;

/// `%s` or `$@` in a make command is the target; with neither it is appended.
std::string make_command(const std::string& make, const std::string& target) {
  std::string command;
  std::string_view rest = make;
  while (!rest.empty()) {
    const auto at = std::min({rest.find("%s"), rest.find("$@"), rest.size()});
    command += rest.substr(0, at);
    rest.remove_prefix(at);
    if (rest.empty()) break;
    command += target;
    rest.remove_prefix(2);
  }
  return command == make ? make + " " + target : command;
}

/// The one word of a path that may be quoted as in a shell; blanks in an unquoted one belong to it.
std::string path_of(const std::string& text, const model::Variables& variables) {
  if (text.find_first_of("\"'\\") != std::string::npos) {
    const auto words = specs::simple_words("x " + specs::expand_command(text, variables));
    if (words && words->size() == 2) return (*words)[1];
  }
  return specs::expand_text(text, variables);
}

/// The player's command line; of a sample, a relative path begins at `cwd`, else at the spec file.
std::string player_command(const model::Project& project, const PlannedTest& test, const model::Variables& variables) {
  const auto options = specs::player_arguments(expanded(test.spec->parsed, variables));
  std::string command = base::shell_quote(player_program(variables)) + " --headless --null-audio --quiet";
  if (options && options->virtual_clock) command += " --clock virtual";
  if (options && !options->inject.empty()) command += " --inject " + base::shell_quote(options->inject);
  const std::string base = test.spec->cwd ? working_directory(project, test, variables) : test.suite->directory;
  const std::string sample = absolute_path(path_of(test.spec->parsed.command, variables), {}, base);
  return command + " --record " + base::shell_quote(recording_path(variables)) + " " + base::shell_quote(sample);
}

}  // namespace

model::SpecString expanded(const model::SpecString& spec, const model::Variables& variables) {
  model::SpecString copy = spec;
  for (auto& argument : copy.arguments) argument.value = specs::expand_text(argument.value, variables);
  return copy;
}

std::string recording_path(const model::Variables& variables) {
  return variables.find("TEST_DIR")->second + "/recording.dbg";
}

std::string file_name_of(const PlannedTest& test) { return file_name_of(test.configuration->name, test.name); }

std::string file_name_of(const std::string& configuration, const std::string& test) {
  constexpr std::size_t longest = 180;
  const std::string full = configuration + "/" + test;
  std::string name;
  bool exact = true;
  for (const char c : full) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '=';
    exact = exact && (plain || c == '/');
    name += plain ? c : '_';
  }
  if (exact && name.size() <= longest) return name;
  return name.substr(0, longest) + "-" + base::digest_hex(base::DigestAlgorithm::md5, full).substr(0, 8);
}

std::string player_program(const model::Variables& variables) {
  const auto named = variables.find(player_variable);
  if (named != variables.end()) return named->second;
  return base::program_beside("fatespec-player");
}

std::string absolute_path(const std::string& text, const model::Variables& variables, const std::string& base) {
  const std::filesystem::path path = specs::expand_text(text, variables);
  return path.is_absolute() ? path.string() : (std::filesystem::path(base) / path).lexically_normal().string();
}

std::string working_directory(const model::Project& project, const PlannedTest& test,
                              const model::Variables& variables) {
  if (test.spec->cwd) return absolute_path(test.spec->cwd->text, variables, test.suite->directory);
  // A build system works where the project is.
  return model::is_build(test.spec->parsed.type) ? project.directory : variables.find("TEST_DIR")->second;
}

std::string filesize_path(const model::Project& project, const PlannedTest& test, const model::Variables& variables) {
  const std::string base = test.spec->cwd ? working_directory(project, test, variables) : test.suite->directory;
  return absolute_path(command_line(project, test, variables), {}, base);
}

/// True if it is pasted with an empty directory. What is no file costs a longer line; a file that is not seen may cost
/// somebody a file.
static bool works_with_files_there(const PlannedTest& test, const std::string& command,
                                   const model::Variables& variables) {
  const auto& spec = test.spec->parsed;
  if (spec.type == SpecType::digest_file &&
      may_be_relative(specs::expand_text(spec.arguments.front().value, variables)))
    return true;
  return works_with_relative_files(command);
}

/// The command with the directory, the environment and the stdin that it has as a test.
static std::string line_in_its_place(const model::Project& project, const PlannedTest& test,
                                     const model::Variables& variables) {
  const model::TestSpec& spec = *test.spec;
  std::string command = command_line(project, test, variables);
  const bool elsewhere = spec.cwd || model::is_build(spec.parsed.type);
  const bool here = model::board_of(project, test) == nullptr;
  model::Variables environment = added_environment(project, test, variables, here);
  // The command's own programs may look for it, as those of `sh -c '…'` do.
  if (command.find("TEST_DIR") != std::string::npos) environment.insert(*variables.find("TEST_DIR"));
  const bool leaves_files = here && !elsewhere && works_with_files_there(test, command, variables);
  if (environment.empty() && !spec.stdin_file && !elsewhere && !leaves_files) return command;
  std::string line = "(";
  // Nothing that is here, or was left there, is in its way; where $TEST_DIR is named, that is the place.
  const std::string& directory = variables.find("TEST_DIR")->second;
  const bool is_named = command.find(directory) != std::string::npos || environment.contains("TEST_DIR");
  if (leaves_files)
    line += fmt::format("cd {} || exit; ", is_named ? base::shell_quote(directory) : "\"$(mktemp -d)\"");
  if (elsewhere) line += fmt::format("cd {} || exit; ", base::shell_quote(working_directory(project, test, variables)));
  for (const auto& [name, value] : environment) line += fmt::format("export {}={}; ", name, base::shell_quote(value));
  // A comment, or a backslash, at the end would swallow the parenthesis.
  const bool is_open = command.find('#') != std::string::npos || command.ends_with('\\');
  if (is_open) line += "sh -c " + base::shell_quote(command) + ")";
  else line += command + (command.find('\n') == std::string::npos ? ")" : "\n)");
  if (spec.stdin_file)
    line += " < " + base::shell_quote(absolute_path(spec.stdin_file->text, variables, test.suite->directory));
  return line;
}

std::string paste_line(const model::Project& project, const PlannedTest& test, const model::Variables& variables) {
  if (test.spec->parsed.type == SpecType::filesize)
    return "stat -L -c %s " + base::shell_quote(filesize_path(project, test, variables));
  std::string line = line_in_its_place(project, test, variables);
  const std::string& directory = variables.find("TEST_DIR")->second;
  // It is removed after the test.
  const bool is_needed = model::board_of(project, test) == nullptr && line.find(directory) != std::string::npos;
  return is_needed ? fmt::format("mkdir -p {}; {}", base::shell_quote(directory), line) : line;
}

std::string paste_line(const model::Project& project, const PlannedTest& test) {
  return paste_line(project, test, with_test_directory(test, stand_in_directory));
}

std::optional<std::vector<std::string>> direct_words(const std::string& command) {
  return specs::simple_words(command);
}

std::string command_as_written(const model::Project& project, const PlannedTest& test) {
  const auto& spec = test.spec->parsed;
  const std::string make = test.configuration->make.value_or(project.make);
  if (spec.type == SpecType::make) return make_command(make, spec.command);
  if (spec.type != SpecType::make_test || !spec.command.empty()) return spec.command;
  const std::string maketest = test.configuration->maketest.value_or(project.maketest);
  return maketest.empty() ? make_command(make, "test") : maketest;
}

std::string command_line(const model::Project& project, const PlannedTest& test, const model::Variables& variables) {
  const auto& spec = test.spec->parsed;
  const std::string command = command_as_written(project, test);
  if (spec.type == SpecType::filesize) return path_of(command, variables);
  if (spec.type == SpecType::player) return player_command(project, test, variables);
  return specs::expand_command(command, variables);
}

model::Variables with_test_directory(const PlannedTest& test, const std::string& directory) {
  model::Variables variables = *test.variables;
  variables["TEST_DIR"] = directory;
  // A variable may stand for a path in the test's directory.
  for (auto& [name, value] : variables)
    if (value.find("TEST_DIR") != std::string::npos) value = specs::expand_text(value, {{"TEST_DIR", directory}});
  return variables;
}

}  // namespace fatespec::runner
