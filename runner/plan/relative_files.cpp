#include "runner/plan/relative_files.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"
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
/// Behind these comes a program.
constexpr std::array<std::string_view, 18> before_a_program = {"!",    "command", "do",    "elif",  "else",  "env",
                                                               "exec", "if",      "nice",  "nohup", "sudo",  "then",
                                                               "time", "timeout", "until", "while", "xargs", "{"};
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

/// A program of a shell's command with its words, as far as they can be told without a shell.
struct SimpleCommand {
  std::string_view program;
  std::vector<std::string_view> words;       ///< without quotes around them
  std::vector<std::string_view> redirected;  ///< what stands behind `<` or `>`
};

/// Takes the words of a command one by one.
class CommandSplitter {
 public:
  std::vector<SimpleCommand> split(std::string_view command) {
    constexpr std::string_view ends = " \t\n;|&()<>";
    while (!command.empty()) {
      const std::string_view word = command.substr(0, command.find_first_of(ends));
      command.remove_prefix(word.size());
      take_word(word);
      if (command.empty()) break;
      take_end(command.front());
      command.remove_prefix(1);
    }
    return std::move(commands_);
  }

 private:
  void take_word(std::string_view word) {
    const auto first = word.find_first_not_of("\"'");
    if (first == std::string_view::npos) return;
    word = word.substr(first, word.find_last_not_of("\"'") - first + 1);
    SimpleCommand& command = commands_.back();
    if (std::exchange(is_redirected_, false)) command.redirected.push_back(word);
    else if (command.program.empty()) take_first(command, word);
    else if (word == "-c" && is_one_of(command.program, shells)) commands_.emplace_back();  // `sh -c 'rm x'`
    else command.words.push_back(word);
  }

  // `A=1 rm x`, `timeout 5 rm x`.
  void take_first(SimpleCommand& command, std::string_view word) {
    const bool is_of_wrapper = has_wrapper_ && (word[0] == '-' || base::parse_duration(word));
    if (is_of_wrapper || specs::is_assignment(word)) return;
    has_wrapper_ = is_one_of(word, before_a_program);
    if (!has_wrapper_) command.program = word.substr(word.rfind('/') + 1);
  }

  void take_end(char end) {
    const bool was_redirected = is_redirected_;
    is_redirected_ = end == '<' || end == '>' || (was_redirected && (end == ' ' || end == '\t'));
    const bool is_new =
        std::string_view(";|()\n").find(end) != std::string_view::npos || (end == '&' && !was_redirected);
    if (!is_new) return;
    commands_.emplace_back();
    has_wrapper_ = false;
  }

  std::vector<SimpleCommand> commands_ = std::vector<SimpleCommand>(1);
  bool is_redirected_ = false;
  bool has_wrapper_ = false;
};

/// Of an unknown program the last word may be an output: `ffmpeg -i /a.avi -y out`.
bool has_to_do_with_files(const SimpleCommand& command) {
  const auto is_relative = [](std::string_view word) { return may_be_relative(word); };
  if (std::any_of(command.redirected.begin(), command.redirected.end(), is_relative)) return true;
  if (is_one_of(command.program, looks_around)) return true;
  if (is_one_of(command.program, harmless)) return false;
  if (is_one_of(command.program, file_tools))
    return std::any_of(command.words.begin(), command.words.end(), is_relative);
  if (!command.words.empty() && may_be_relative(command.words.back())) return true;
  return std::any_of(command.words.begin(), command.words.end(), [](std::string_view word) {
    const auto value = word[0] == '-' ? word.substr(std::min(word.find('='), word.size() - 1) + 1) : word;
    return may_be_relative(value) && looks_like_a_file(value);
  });
}

}  // namespace

bool may_be_relative(std::string_view word) {
  return !word.empty() && std::string_view("/-&").find(word[0]) == std::string_view::npos &&
         !word.starts_with("$TEST_DIR") && word.find("://") == std::string_view::npos && !base::parse_number(word);
}

bool works_with_relative_files(std::string_view command) {
  const auto commands = CommandSplitter().split(command);
  return std::any_of(commands.begin(), commands.end(), has_to_do_with_files);
}

}  // namespace fatespec::runner
