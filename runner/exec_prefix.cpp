#include "runner/exec_prefix.hpp"

#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "specs/command_words.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {
namespace {

bool is_path_or_variable(std::string_view word) {
  if (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
  return word.starts_with('/') || word.starts_with('$');
}

/// Where programs are named by a path or a variable.
std::vector<std::size_t> program_places(std::string_view command) {
  std::vector<std::size_t> places;
  for (const auto& word : specs::command_words(command))
    if (word.role == specs::WordRole::program && is_path_or_variable(word.text)) places.push_back(word.offset);
  return places;
}

}  // namespace

std::string with_prefix(const std::string& prefix, const std::string& command, PrefixScope scope) {
  if (prefix.empty() || scope == PrefixScope::nothing) return command;
  const bool whole = scope == PrefixScope::command;
  if (whole && specs::simple_words(command)) return prefix + " " + command;
  const auto places = program_places(command);
  if (places.empty()) return whole ? prefix + " /bin/sh -c " + base::shell_quote(command) : command;
  std::string text = command;
  for (auto place = places.rbegin(); place != places.rend(); ++place) text.insert(*place, prefix + " ");
  return text;
}

}  // namespace fatespec::runner
