// Words of FATE's commands, and how they are written for a shell.
#pragma once

#include <string>
#include <vector>

namespace fatespec::imports {

using Words = std::vector<std::string>;

/// The script splits most of its arguments again where there are blanks.
Words split(const std::string& text);

/// With the quoting that the word needs; a variable of ours at its beginning stays one.
std::string quoted(const std::string& word);
/// A command line.
std::string joined(const Words& words);

/// The script runs its commands without file name generation: what would be a pattern is plain text.
std::string without_patterns(const std::string& line);

}  // namespace fatespec::imports
