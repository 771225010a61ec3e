#include "specs/command_words.hpp"

#include <algorithm>
#include <array>

#include "specs/shell_words.hpp"

namespace fatespec::specs {
namespace {

/// Words after which a command follows.
constexpr std::array<std::string_view, 9> openers = {"{", "!", "if", "then", "elif", "else", "while", "until", "do"};
/// The same, unless options of theirs come first.
constexpr std::array<std::string_view, 2> bare_openers = {"exec", "time"};

class WordFinder {
 public:
  explicit WordFinder(std::string_view text) : text_(text) {}

  std::vector<CommandWord> find() {
    while (at_ < text_.size()) step();
    return std::move(words_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == ' ' || c == '\t') ++at_;
    else if (c == '<' || c == '>') redirection();
    else if (std::string_view("\n;|&()").find(c) != std::string_view::npos) {
      ++at_;
      expecting_ = true;
    } else {
      word();
    }
  }

  std::size_t after_blanks() const { return std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

  void redirection() {
    at_ = text_.find_first_not_of("<>&|-", at_);
    at_ = after_blanks();
    const std::size_t begin = at_;
    skip_word();
    add(begin, WordRole::redirected);
  }

  void word() {
    const std::size_t begin = at_;
    skip_word();
    const std::string_view found = text_.substr(begin, at_ - begin);
    const auto is_in = [&](const auto& words) { return std::find(words.begin(), words.end(), found) != words.end(); };
    const bool has_options = text_.substr(after_blanks()).starts_with('-');
    const bool opens = is_assignment(found) || is_in(openers) || (is_in(bare_openers) && !has_options);
    add(begin, !expecting_ ? WordRole::argument : opens ? WordRole::opening : WordRole::program);
    expecting_ = expecting_ && opens;
  }

  void add(std::size_t begin, WordRole role) { words_.push_back({text_.substr(begin, at_ - begin), begin, role}); }

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
  std::vector<CommandWord> words_;
};

}  // namespace

std::vector<CommandWord> command_words(std::string_view command) { return WordFinder(command).find(); }

}  // namespace fatespec::specs
