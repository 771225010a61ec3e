#include "runner/plan/misspelt_variable.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "runner/plan/variables.hpp"
#include "specs/shell.hpp"

namespace fatespec::runner {
namespace {

bool is_in(const std::vector<std::string>& environment, const std::string& name) {
  return std::any_of(environment.begin(), environment.end(),
                     [&](const auto& entry) { return entry.starts_with(name + "="); });
}

/// Of which nobody can say what it sets.
bool may_set_anything(std::string_view command) {
  for (const std::string_view word : {"eval ", "source ", ". "})
    if (command.find(word) != std::string_view::npos) return true;
  return false;
}

/// `${NAME:-…}` and the like expect that it may not be set.
bool is_optional(std::string_view text, const specs::VariableUse& use) {
  const auto after = text.find_first_not_of("${}", use.offset);
  const auto end = after == std::string_view::npos ? after : after + use.name.size();
  return end < text.size() && std::string_view(":-+=?").find(text[end]) != std::string_view::npos &&
         text[use.offset + 1] == '{';
}

/// Also by `for NAME in` and `read NAME`: wherever the name stands and its value is not asked for.
bool is_set_by(std::string_view command, std::string_view name) {
  for (auto at = command.find(name); at != std::string_view::npos; at = command.find(name, at + 1))
    if (at == 0 || (command[at - 1] != '$' && command[at - 1] != '{')) return true;
  return false;
}

}  // namespace

std::string misspelt_variable(const model::PlannedTest& test, const model::Variables& variables,
                              const std::vector<std::string>& environment) {
  const auto& spec = test.spec->parsed;
  if (may_set_anything(spec.command)) return "";
  auto uses = specs::variables_of_command(spec.command);
  std::erase_if(uses, [&](const auto& use) { return is_optional(spec.command, use); });
  for (const auto& argument : spec.arguments)
    for (auto& use : specs::variables_of_text(argument.value)) uses.push_back(std::move(use));
  std::vector<std::string> known(classic_names.begin(), classic_names.end());
  for (const auto& [name, value] : variables) known.push_back(name);
  for (const auto& use : uses) {
    if (variables.contains(use.name) || is_in(environment, use.name) || is_set_by(spec.command, use.name)) continue;
    const std::string similar = base::did_you_mean(use.name, known);
    if (!similar.empty()) return fmt::format("; ${} is defined nowhere{}", use.name, similar);
  }
  return "";
}

}  // namespace fatespec::runner
