// Basic regular expressions, as FATE's scripts hand them to grep.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fatespec::imports {

/// The expression that means the same in the syntax of specs (RE2's): POSIX basic regular expressions with GNU's `\+`,
/// `\?`, `\|`, `\<`, `\>`, searched for in lines. Nothing for what it cannot mean: back references, and what is no
/// expression.
std::optional<std::string> pattern_of_grep(std::string_view expression);

}  // namespace fatespec::imports
