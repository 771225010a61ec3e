// The words of a shell's command and what each of them is, as far as that can be told without a shell.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace fatespec::specs {

enum class WordRole {
  opening,     ///< an assignment, or a reserved word behind which a command follows
  program,     ///< what is run
  argument,    ///< of the program before it
  redirected,  ///< what stands behind `<` or `>`: a file or a descriptor
};

struct CommandWord {
  std::string_view text;   ///< as it stands there, quotes included
  std::size_t offset = 0;  ///< in the command
  WordRole role = WordRole::argument;
};

/// Quotes and substitutions belong to their word (XCU 2.3). The texts are parts of `command`.
std::vector<CommandWord> command_words(std::string_view command);

}  // namespace fatespec::specs
