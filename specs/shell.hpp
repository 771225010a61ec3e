// Variables in commands, with the semantics of a POSIX shell that has them set (POSIX.1-2017, XCU 2.2 and 2.6).
//
// `$NAME` and `${NAME}` are replaced where that gives exactly what the shell would: outside of quotes a value is split
// into words, inside of double quotes it stays one word, in single quotes nothing happens, and no character of a value
// can become syntax. Where a textual replacement could not be right (`${NAME:-x}`, here-documents, arithmetic,
// backquotes, a loop or assignment that sets NAME), the variable is assigned in front of the command instead.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/suite.hpp"

namespace fatespec::specs {

/// One `$NAME` or `${NAME…}`.
struct VariableUse {
  enum class Context {
    bare,           ///< outside of quotes: the value is split into words
    double_quoted,  ///< the value stays one word
    opaque,         ///< only the shell itself can expand it
  };
  std::string name;
  std::size_t offset = 0;
  std::size_t length = 0;
  Context context = Context::bare;
  bool is_command = false;  ///< bare, and begins a word that names a command
};

/// Letters, digits and `_`, no digit in front.
bool is_variable_name(std::string_view name);
/// Why no variable of that name can be set; empty if one can.
std::string variable_name_error(std::string_view name);

/// The variables that a shell command uses, in their order.
std::vector<VariableUse> variables_of_command(std::string_view command);
/// The variables of a plain text, such as a path: `$NAME` and `${NAME}` anywhere but behind a backslash.
std::vector<VariableUse> variables_of_text(std::string_view text);

/// The command with the variables replaced; names that are not among them are left to the shell.
std::string expand_command(std::string_view command, const model::Variables& variables);
/// A plain text with the variables replaced by their values as they are.
std::string expand_text(std::string_view text, const model::Variables& variables);

}  // namespace fatespec::specs
