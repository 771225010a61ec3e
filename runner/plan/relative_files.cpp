#include "runner/plan/relative_files.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "specs/command_words.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {
namespace {

/// Programs whose arguments are files, whatever these are called, or that look at all that is there.
constexpr std::array<std::string_view, 38> file_tools = {
    "[",     "cat",     "cmp",     "cp",        "dd",     "diff",  "find",   "git", "gunzip", "gzip",
    "head",  "install", "ln",      "ls",        "md5sum", "mkdir", "mkfifo", "mv",  "od",     "rm",
    "rmdir", "sed",     "sha1sum", "sha256sum", "sort",   "split", "stat",   "tac", "tail",   "tar",
    "tee",   "test",    "touch",   "truncate",  "unzip",  "wc",    "xxd",    "zip"};
/// Those that do something without any argument, or with one that is no file.
constexpr std::array<std::string_view, 3> looks_around = {"find", "git", "ls"};
/// What has to do with no file whatever its arguments are.
constexpr std::array<std::string_view, 12> harmless = {"echo", "exit", "expr",  "false", "kill",   "printf",
                                                       "seq",  "set",  "sleep", "true",  "ulimit", "yes"};
/// Programs whose arguments are a command.
constexpr std::array<std::string_view, 9> wrappers = {"command", "env",  "exec",    "nice", "nohup",
                                                      "sudo",    "time", "timeout", "xargs"};
constexpr std::array<std::string_view, 3> shells = {"bash", "dash", "sh"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "out.avi", but neither "scale=0.5" nor "a.".
bool looks_like_a_file(std::string_view word) {
  constexpr std::size_t longest = 5;
  const auto extension = word.substr(std::min(word.rfind('.'), word.size() - 1) + 1);
  return !extension.empty() && extension.size() <= longest &&
         std::isalpha(static_cast<unsigned char>(extension[0])) != 0 &&
         std::all_of(extension.begin(), extension.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string_view unquoted(std::string_view word) {
  const bool is_quoted =
      word.size() > 1 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front();
  return is_quoted ? word.substr(1, word.size() - 2) : word;
}

struct SimpleCommand {
  std::string_view program;             ///< its name without the path
  std::vector<std::string_view> words;  ///< its arguments without the quotes around them
};

/// What `words` run: of `timeout 5 rm x` it is `rm x`.
SimpleCommand simple_command(std::vector<std::string_view> words) {
  const auto is_of_wrapper = [](std::string_view word) {
    return word.starts_with('-') || specs::is_assignment(word) || base::parse_duration(word) ||
           is_one_of(word, wrappers);
  };
  auto program = words.begin();
  if (is_one_of(*program, wrappers)) program = std::find_if_not(program, words.end(), is_of_wrapper);
  if (program == words.end()) return {};
  return {program->substr(program->rfind('/') + 1), {program + 1, words.end()}};
}

/// Of an unknown program the last word may be an output: `ffmpeg -i /a.avi -y out`.
bool has_to_do_with_files(const SimpleCommand& command) {
  const auto& words = command.words;
  if (is_one_of(command.program, looks_around)) return true;
  if (is_one_of(command.program, harmless)) return false;
  if (is_one_of(command.program, file_tools)) return std::any_of(words.begin(), words.end(), may_be_relative);
  if (is_one_of(command.program, shells) && words.size() > 1 && words[0] == "-c")
    return works_with_relative_files(words[1]);
  if (!words.empty() && may_be_relative(words.back())) return true;
  return std::any_of(words.begin(), words.end(), [](std::string_view word) {
    const auto value = word.starts_with('-') ? word.substr(std::min(word.find('='), word.size() - 1) + 1) : word;
    return may_be_relative(value) && looks_like_a_file(value);
  });
}

}  // namespace

bool may_be_relative(std::string_view word) {
  return !word.empty() && std::string_view("/-&").find(word[0]) == std::string_view::npos &&
         !word.starts_with("$TEST_DIR") && word.find("://") == std::string_view::npos && !base::parse_number(word);
}

bool works_with_relative_files(std::string_view command) {
  std::vector<std::vector<std::string_view>> commands;  // each begins with its program
  for (const auto& word : specs::command_words(command)) {
    const auto text = unquoted(word.text);
    if (word.role == specs::WordRole::redirected && may_be_relative(text)) return true;
    if (word.role == specs::WordRole::program) commands.push_back({text});
    else if (word.role == specs::WordRole::argument) commands.back().push_back(text);
  }
  return std::any_of(commands.begin(), commands.end(),
                     [](auto& words) { return has_to_do_with_files(simple_command(std::move(words))); });
}

}  // namespace fatespec::runner
