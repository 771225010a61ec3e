#include "cli/common/usage_hints.hpp"

#include <cstdio>
#include <vector>

#include "base/text.hpp"

namespace fatespec::cli {
namespace {

void tell(const char* kind, const std::string& word, const std::vector<std::string>& known,
          const std::string& command) {
  std::fprintf(stderr, "fatespec: there is no %s `%s`%s (%s --help lists them)\n", kind, base::printable(word).c_str(),
               base::did_you_mean(word, known).c_str(), command.c_str());
}

}  // namespace

bool told_unknown_command(const CLI::App& app, std::span<char* const> words, const std::string& before) {
  const auto commands = app.get_subcommands({});
  if (commands.empty() || words.empty() || words[0][0] == '-') return false;
  const std::string word = words[0];
  std::vector<std::string> known;
  for (const auto* command : commands) {
    if (command->get_name() == word) return told_unknown_command(*command, words.subspan(1), before + " " + word);
    known.push_back(command->get_name());
  }
  tell("command", word, known, before);
  return true;
}

bool told_unknown_option(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string whole = "fatespec";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    whole += " " + command->get_name();
  }
  std::vector<std::string> known;
  for (const auto* option : command->get_options())
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& word : app.remaining(true)) {
    if (!word.starts_with('-')) continue;
    tell("option", word.substr(0, word.find('=')), known, whole);
    return true;
  }
  return false;
}

}  // namespace fatespec::cli
