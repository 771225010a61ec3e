// The words that a shell would make of a command without shell syntax.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fatespec::specs {

/// Nothing if the command needs a shell: operators, expansions, globs, assignments, reserved words and built-in
/// utilities.
std::optional<std::vector<std::string>> simple_words(std::string_view command);

/// True if the word is a shell's own where a command stands: syntax, or a utility that no program replaces.
bool is_reserved_or_builtin(std::string_view word);

/// "NAME=value"
bool is_assignment(std::string_view word);

}  // namespace fatespec::specs
