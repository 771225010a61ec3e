#include "remote/worker_order.hpp"

#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "runner/exec_prefix.hpp"

namespace fatespec::remote {
namespace {

/// That of the test; empty: the board's.
std::string path_of(const runner::ExecutionRequest& request) {
  constexpr std::string_view name = "PATH=";
  for (const auto& entry : *request.environment)
    if (entry.starts_with(name)) return entry.substr(name.size());
  return "";
}

std::string exports(const runner::ExecutionRequest& request) {
  std::string text;
  for (const auto& entry : *request.environment) {
    const auto equal = entry.find('=');
    text += fmt::format("export {}={}\n", entry.substr(0, equal), base::shell_quote(entry.substr(equal + 1)));
  }
  return text;
}

/// Nothing of ours is looked for on the test's own PATH.
std::string invocation(const BoardServices& board, const runner::ExecutionRequest& request,
                       const std::vector<std::string>& words) {
  const BoardTools& tools = board.tools();
  std::string text = "exec";
  if (!tools.launcher.empty()) text += fmt::format(" {} \"$1\"", base::shell_quote(tools.launcher));
  else if (!tools.measure.empty()) text += fmt::format(" \"$2\" {} -f '%U %S %M' -o \"$1\"", tools.measure);
  else text += " \"$2\"";
  if (words.empty())
    return text + " /bin/sh -c " +
           base::shell_quote(runner::with_prefix(board.exec_prefix(), request.command, request.prefix)) + " sh";
  for (const auto& word : words) text += " " + base::shell_quote(word);
  return text;
}

}  // namespace

std::string worker_order(BoardServices& board, const runner::ExecutionRequest& request,
                         const std::vector<std::string>& words) {
  const bool fresh = board.take_fresh(request.test_directory);
  const std::string input = request.stdin_file.empty() ? "/dev/null" : board.input_of(request.stdin_file);
  return fmt::format(
      "if begin {} {} {} {} {} {}; then (\nenter\nset -- \"$usage\" \"$setsid\"\n{}{}\n); finish $?; fi\n",
      base::shell_quote(request.test_directory), fresh ? "fresh" : "used", base::shell_quote(request.directory),
      base::shell_quote(input), words.empty() ? "''" : base::shell_quote(words[0]), base::shell_quote(path_of(request)),
      exports(request), invocation(board, request, words));
}

}  // namespace fatespec::remote
