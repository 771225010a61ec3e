#include "specs/shell.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/shell_scan.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::specs {
namespace {

using Context = VariableUse::Context;

constexpr std::string_view blanks = " \t\n";
constexpr std::string_view glob_characters = "*?[]";

// A word of an unquoted value: everything is quoted but glob characters, which the shell still expands.
std::string quote_field(std::string_view field) {
  if (field.find_first_of(glob_characters) == std::string_view::npos) return base::shell_quote(field);
  std::string quoted;
  while (!field.empty()) {
    const std::size_t length = std::min(field.find_first_of(glob_characters), field.size());
    if (length > 0) quoted += base::shell_quote(field.substr(0, length));
    if (length < field.size()) quoted += field[length];
    field.remove_prefix(std::min(length + 1, field.size()));
  }
  return quoted;
}

std::string split_value(std::string_view value) {
  std::string words;
  while (!value.empty()) {
    const std::size_t blank = std::min(value.find_first_not_of(blanks), value.size());
    if (blank > 0) words += ' ';
    value.remove_prefix(blank);
    const std::size_t length = std::min(value.find_first_of(blanks), value.size());
    if (length > 0) words += quote_field(value.substr(0, length));
    value.remove_prefix(length);
  }
  return words;
}

std::string escape_double_quoted(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (std::string_view("\\\"$`").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// Names that must be assigned in front of the command because replacing them could be wrong.
class Assigned {
 public:
  Assigned(std::string_view command, const ShellScan& scan, const model::Variables& variables)
      : scan_(scan), variables_(variables) {
    if (scan.needs_every_name) add_all_in(command);
    for (const auto& name : scan.mentioned) add(name);
    for (const auto& use : scan.uses)
      if (use.context == Context::opaque) add(use.name);
    for (const auto& use : scan.uses)
      if (use.context == Context::bare && would_be_syntax(command, use)) add(use.name);
    add_neighbours(command);
  }
  const std::set<std::string>& names() const { return names_; }

 private:
  /// True in `~$NAME` and `~us$NAME`, which are no home: `~user`, once it is a text, is one.
  static bool follows_tilde(std::string_view command, std::size_t use) {
    const std::size_t before = command.find_last_of(" \t\n;&|()<>=:", use);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return begin < use && command[begin] == '~';
  }

  /// True where the text of a value would mean more than the value does: as `$E#` becomes a comment if E is empty.
  bool would_be_syntax(std::string_view command, const VariableUse& use) const {
    const auto found = variables_.find(use.name);
    if (found == variables_.end()) return false;
    const std::string_view value = found->second;
    const std::size_t end = use.offset + use.length;
    const char next = end < command.size() ? command[end] : '\0';
    if (follows_tilde(command, use.offset)) return true;
    const bool ends_word = value.empty() || blanks.find(value.back()) != std::string_view::npos;
    if (ends_word && (next == '#' || next == '~')) return true;
    if (!use.is_command) return false;
    const std::string_view first = value.substr(0, value.find_first_of(blanks));
    return first.empty() || first.find('=') != std::string_view::npos || is_reserved_or_builtin(first);
  }

  bool add(const std::string& name) { return variables_.contains(name) && names_.insert(name).second; }

  // With the names that stand in their values: arithmetic and eval look there too.
  void add_all_in(std::string_view text) {
    for (const auto name : names_in(text))
      if (add(std::string(name))) add_all_in(variables_.find(name)->second);
  }

  // A value right behind a `$NAME` that stays would become part of that name.
  void add_neighbours(std::string_view command) {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 1; i < scan_.uses.size(); ++i) {
        const VariableUse& before = scan_.uses[i - 1];
        const bool stays = !variables_.contains(before.name) || names_.contains(before.name);
        const bool touches = before.offset + before.length == scan_.uses[i].offset && before.length > 0;
        if (stays && touches && command[before.offset + before.length - 1] != '}')
          changed = add(scan_.uses[i].name) || changed;
      }
    }
  }

  const ShellScan& scan_;
  const model::Variables& variables_;
  std::set<std::string> names_;
};

std::string single_quoted(std::string_view value) {
  const std::string quoted = base::shell_quote(value);
  return quoted.starts_with('\'') ? quoted : "'" + quoted + "'";
}

}  // namespace

bool is_variable_name(std::string_view name) { return !name.empty() && name_length(name) == name.size(); }

std::string variable_name_error(std::string_view name) {
  if (name == "TEST_DIR") return "$TEST_DIR is always there and cannot be set";
  if (is_variable_name(name)) return "";
  return fmt::format("`{}` cannot be the name of a variable: letters, digits and `_` only, and no digit first", name);
}

std::vector<VariableUse> variables_of_command(std::string_view command) { return scan_command(command).uses; }

std::vector<VariableUse> variables_of_text(std::string_view text) {
  std::vector<VariableUse> uses;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "\\$") == 0) {
      at += 2;
      continue;
    }
    if (text[at] != '$') {
      ++at;
      continue;
    }
    const std::string_view rest = text.substr(at + 1);
    const bool braced = rest.starts_with('{');
    const std::size_t length = name_length(rest.substr(braced ? 1 : 0));
    if (length == 0 || (braced && (length + 1 >= rest.size() || rest[length + 1] != '}'))) {
      ++at;
      continue;
    }
    const std::size_t whole = length + (braced ? 3 : 1);
    uses.push_back({std::string(rest.substr(braced ? 1 : 0, length)), at, whole, Context::double_quoted});
    at += whole;
  }
  return uses;
}

std::string expand_command(std::string_view command, const model::Variables& variables) {
  if (command.find('$') == std::string_view::npos) return std::string(command);
  const ShellScan scan = scan_command(command);
  const Assigned assigned_names(command, scan, variables);
  const auto& assigned = assigned_names.names();
  std::string text;
  for (const auto& name : assigned) text += name + "=" + single_quoted(variables.find(name)->second) + "; ";
  std::size_t copied = 0;
  for (const auto& use : scan.uses) {
    const auto value = variables.find(use.name);
    if (value == variables.end() || assigned.contains(use.name)) continue;
    text += command.substr(copied, use.offset - copied);
    text += use.context == Context::bare ? split_value(value->second) : escape_double_quoted(value->second);
    copied = use.offset + use.length;
  }
  text += command.substr(copied);
  return text;
}

namespace {

// Text between variables: `\$` stands for a dollar sign.
void append_unescaped(std::string& result, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\\$") == 0) ++at;
    result += text[at];
  }
}

}  // namespace

std::string expand_text(std::string_view text, const model::Variables& variables) {
  if (text.find('$') == std::string_view::npos) return std::string(text);
  std::string result;
  std::size_t copied = 0;
  for (const auto& use : variables_of_text(text)) {
    const auto value = variables.find(use.name);
    if (value == variables.end()) continue;
    append_unescaped(result, text.substr(copied, use.offset - copied));
    result += value->second;
    copied = use.offset + use.length;
  }
  append_unescaped(result, text.substr(copied));
  return result;
}

}  // namespace fatespec::specs
