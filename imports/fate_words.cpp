#include "imports/fate_words.hpp"

#include <sstream>
#include <string_view>

#include "base/text.hpp"

namespace fatespec::imports {

Words split(const std::string& text) {
  Words words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  const std::size_t name = word.starts_with('$') ? word.find('/') : 0;
  const std::string variable = name == std::string::npos ? word : word.substr(0, name);
  const std::string rest = word.substr(variable.size());
  if (!rest.empty() && rest.find_first_not_of(plain) == std::string::npos) return word;
  return rest.empty() && !variable.empty() ? variable : variable + base::shell_quote(rest);
}

std::string joined(const Words& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

std::string without_patterns(const std::string& line) {
  std::string plain;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      plain += c;
      plain += line[++i];
      continue;
    }
    if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else if (c == quote) quote = 0;
    else if (quote == 0 && std::string_view("*?[~").find(c) != std::string_view::npos) plain += '\\';
    plain += c;
  }
  return plain;
}

}  // namespace fatespec::imports
