// Which commands have to do with files of the directory that they work in, as far as their text tells.
#pragma once

#include <string_view>

namespace fatespec::runner {

/// True of a word that may name a file of that directory: no absolute path, option, number, URL, or file of $TEST_DIR.
bool may_be_relative(std::string_view word);

/// True if a program of the shell's command is seen to have to do with such files: a tool for files, a redirection, a
/// word that looks like a file, or the last word of a program that nobody knows. Guesses on the side of files.
bool works_with_relative_files(std::string_view command);

}  // namespace fatespec::runner
