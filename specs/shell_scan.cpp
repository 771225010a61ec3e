#include "specs/shell_scan.hpp"

#include <array>
#include <algorithm>

namespace fatespec::specs {
namespace {

using Context = VariableUse::Context;

constexpr int deepest = 60;  // nesting of $(…), ${…} and quotes; what is deeper is left to the shell

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  ShellScan run() {
    while (!done()) unquoted('\0');
    return std::move(scan_);
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_word_start() const {
    return at_ == 0 || std::string_view(" \t\n;|&()").find(text_[at_ - 1]) != std::string_view::npos;
  }

  /// Up to the closing character, if there is to be one, or the end of the text.
  void unquoted(char closing) {
    int parentheses = 0;
    while (!done()) {
      const char c = peek();
      if (c == closing && parentheses == 0 && closing != '\0') return;
      if (c == '(') ++parentheses;
      if (c == ')' && parentheses > 0) --parentheses;
      unquoted_step(c);
    }
  }

  void unquoted_step(char c) {
    if (at_word_start() && note_assignment()) return;
    switch (c) {
      case '\\': at_ += 2; break;
      case '\'': skip_past('\''); break;
      case '"': double_quoted(); break;
      case '$': dollar(Context::bare); break;
      case '`': backquoted(); break;
      case '#':
        if (at_word_start()) at_ = std::min(text_.find('\n', at_), text_.size());
        else ++at_;
        break;
      case '<':
        if (peek(1) == '<') scan_.here_document = true;
        ++at_;
        break;
      default: ++at_;
    }
  }

  // NAME=…, and the names after words that set variables.
  bool note_assignment() {
    const std::size_t length = name_length(text_.substr(at_));
    if (length == 0) return false;
    const std::string_view word = text_.substr(at_, length);
    if (peek(length) == '=' || (peek(length) == '+' && peek(length + 1) == '=')) {
      scan_.mentioned.emplace_back(word);
      at_ += length + 1;
      return true;
    }
    constexpr std::array<std::string_view, 7> setters = {"for", "read", "export", "unset", "readonly", "local", "getopts"};
    at_ += length;
    if (std::find(setters.begin(), setters.end(), word) != setters.end()) note_names_on_line();
    return true;
  }

  void note_names_on_line() {
    for (std::size_t i = at_; i < text_.size() && text_[i] != '\n' && text_[i] != ';';) {
      const std::size_t length = name_length(text_.substr(i));
      if (length > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) scan_.mentioned.emplace_back(text_.substr(i, length));
      i += std::max<std::size_t>(length, 1);
    }
  }

  void skip_past(char quote) { at_ = std::min(text_.find(quote, at_ + 1), text_.size() - 1) + 1; }

  void double_quoted() {
    ++at_;
    while (!done() && peek() != '"') {
      if (peek() == '\\') at_ += 2;
      else if (peek() == '$') dollar(Context::double_quoted);
      else if (peek() == '`') backquoted();
      else ++at_;
    }
    ++at_;
  }

  void backquoted() {
    ++at_;
    while (!done() && peek() != '`') {
      if (peek() == '\\' && peek(1) != '$') at_ += 2;
      else if (peek() == '\\') ++at_;
      else if (peek() == '$') dollar(Context::opaque);
      else ++at_;
    }
    ++at_;
  }

  void dollar(Context context) {
    const std::size_t start = at_++;
    if (const std::size_t length = name_length(text_.substr(std::min(at_, text_.size())))) {
      add(start, at_, length, length + 1, context);
      at_ += length;
      return;
    }
    if (++depth_ > deepest) {
      scan_.here_document = true;
      at_ = text_.size();
    } else if (peek() == '{') {
      braced(start, context);
    } else if (peek() == '(' && peek(1) == '(') {
      opaque_region("))");
    } else if (peek() == '(') {
      command_substitution(context);
    }
    --depth_;
  }

  void command_substitution(Context context) {
    ++at_;
    if (context == Context::opaque) return;
    unquoted(')');
    ++at_;
  }

  void braced(std::size_t start, Context context) {
    const std::size_t length = name_length(text_.substr(at_ + 1));
    if (length > 0 && peek(length + 1) == '}') {
      add(start, at_ + 1, length, length + 3, context);
      at_ += length + 2;
      return;
    }
    opaque_region("}");
  }

  // Everything up to `closing` is the shell's business; names in it are noted.
  void opaque_region(std::string_view closing) {
    ++at_;
    while (!done() && text_.compare(at_, closing.size(), closing) != 0) {
      const std::size_t length = name_length(text_.substr(at_));
      if (length > 0) {
        scan_.mentioned.emplace_back(text_.substr(at_, length));
        add(at_, at_, length, length, Context::opaque);
        at_ += length;
      } else if (text_.compare(at_, 2, "${") == 0 && ++depth_ <= deepest) {
        ++at_;
        opaque_region("}");
        --depth_;
      } else {
        at_ += peek() == '\\' ? 2 : 1;
      }
    }
    at_ += closing.size();
  }

  void add(std::size_t start, std::size_t name_at, std::size_t name_size, std::size_t length, Context context) {
    scan_.uses.push_back({std::string(text_.substr(name_at, name_size)), start, length, context});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  ShellScan scan_;
};

}  // namespace

ShellScan scan_command(std::string_view command) { return Scanner(command).run(); }

}  // namespace fatespec::specs
