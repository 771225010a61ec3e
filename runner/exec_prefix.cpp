#include "runner/exec_prefix.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {
namespace {

/// Words after which a command follows.
constexpr std::array<std::string_view, 9> openers = {"{", "!", "if", "then", "elif", "else", "while", "until", "do"};

bool is_path_or_variable(std::string_view word) {
  if (word.starts_with('"') || word.starts_with('\'')) word.remove_prefix(1);
  return word.starts_with('/') || word.starts_with('$');
}

/// Finds where programs are named in a shell command (XCU 2.3, as far as is needed for that).
class ProgramPlaces {
 public:
  explicit ProgramPlaces(std::string_view text) : text_(text) {}

  std::vector<std::size_t> find() {
    while (at_ < text_.size()) step();
    return places_;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == ' ' || c == '\t') ++at_;
    else if (c == '<' || c == '>') redirection();
    else if (c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')') {
      ++at_;
      expecting_ = true;
    } else {
      word();
    }
  }

  // What follows is the name of a file, or of a descriptor.
  void redirection() {
    at_ = text_.find_first_not_of("<>&|-", at_);
    at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    skip_word();
  }

  void word() {
    const std::size_t begin = at_;
    skip_word();
    const std::string_view found = text_.substr(begin, at_ - begin);
    if (!expecting_ || specs::is_assignment(found)) return;
    for (const auto opener : openers)
      if (found == opener) return;
    if (is_path_or_variable(found)) places_.push_back(begin);
    expecting_ = false;
  }

  /// To the end of the word: quotes and substitutions belong to it.
  void skip_word() {
    int depth = 0;
    char quote = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && quote != '\'') ++at_;
      else if (quote != 0) quote = c == quote ? 0 : quote;
      else if (c == '\'' || c == '"' || c == '`') quote = c;
      else if (c == '(' && (depth > 0 || (at_ > 0 && text_[at_ - 1] == '$'))) ++depth;
      else if (c == ')' && depth > 0) --depth;
      else if (depth == 0 && std::string_view(" \t\n;|&()<>").find(c) != std::string_view::npos) break;
    }
    at_ = std::min(at_, text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool expecting_ = true;
  std::vector<std::size_t> places_;
};

}  // namespace

std::string with_prefix(const std::string& prefix, const std::string& command, PrefixScope scope) {
  if (prefix.empty() || scope == PrefixScope::nothing) return command;
  const bool whole = scope == PrefixScope::command;
  if (whole && specs::simple_words(command)) return prefix + " " + command;
  const auto places = ProgramPlaces(command).find();
  if (places.empty()) return whole ? prefix + " /bin/sh -c " + base::shell_quote(command) : command;
  std::string text = command;
  for (auto place = places.rbegin(); place != places.rend(); ++place) text.insert(*place, prefix + " ");
  return text;
}

}  // namespace fatespec::runner
