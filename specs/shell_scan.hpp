// The scanner behind specs/shell.hpp: walks over a shell command and tells where variables are used.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "specs/shell.hpp"

namespace fatespec::specs {

struct ShellScan {
  std::vector<VariableUse> uses;
  std::vector<std::string> mentioned;  ///< names that the command may set
  /// Something makes text that no scanner can follow (here-documents, eval, trap, case, arithmetic, IFS): every name
  /// that stands anywhere must be set, and none may be replaced.
  bool needs_every_name = false;
};

ShellScan scan_command(std::string_view command);

inline bool starts_name(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
inline bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }
/// Length of the name at the start of a text; 0 if there is none.
inline std::size_t name_length(std::string_view text) {
  if (text.empty() || !starts_name(text[0])) return 0;
  std::size_t end = 1;
  while (end < text.size() && continues_name(text[end])) ++end;
  return end;
}
/// Every maximal name in a text, whatever it means there.
std::vector<std::string_view> names_in(std::string_view text);

}  // namespace fatespec::specs
