#include "specs/shell_scan.hpp"

#include <algorithm>
#include <array>

namespace fatespec::specs {
namespace {

using Context = VariableUse::Context;

constexpr int deepest = 60;  // nesting of $(…) and quotes; what is deeper is left to the shell

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  ShellScan run() {
    while (!done()) unquoted('\0');
    return std::move(scan_);
  }

 private:
  /// What the word under way is, as far as it matters for its expansion.
  struct Word {
    bool started = false;
    bool assignment = false;   ///< NAME=…: its value is not split into words
    bool redirection = false;  ///< the target of < or >: not split either
    bool command = false;      ///< stands where a command does
  };
  /// Where in a command we are.
  struct Place {
    bool command = true;       ///< the next word is a command, an assignment in front of one, or a reserved word
    bool declaration = false;  ///< arguments of export and its like: NAME=… is an assignment
    bool redirect = false;     ///< the next word is a redirection's target
  };

  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  /// Up to the closing character, if there is to be one, or the end of the text.
  void unquoted(char closing) {
    const Word outer_word = word_;
    const Place outer_place = place_;
    word_ = {};
    place_ = {};
    int parentheses = 0;
    while (!done()) {
      const char c = peek();
      if (c == closing && parentheses == 0 && closing != '\0') break;
      if (c == '(') ++parentheses;
      if (c == ')' && parentheses > 0) --parentheses;
      step(c);
    }
    word_ = outer_word;
    place_ = outer_place;
  }

  void step(char c) {
    if (!word_.started && starts_word(c)) begin_word();
    switch (c) {
      case ' ':
      case '\t':
        end_word();
        ++at_;
        break;
      case '\n':
      case ';':
      case '&':
      case '|':
      case '(':
      case ')':
        end_word();
        place_ = {};
        ++at_;
        break;
      case '<':
      case '>': redirection(); break;
      case '\\': at_ += 2; break;
      case '\'': skip_past('\''); break;
      case '"': double_quoted(); break;
      case '$': dollar(Context::bare); break;
      case '`': backquoted(); break;
      case '#':
        if (comment_) at_ = std::min(text_.find('\n', at_), text_.size());
        else ++at_;
        break;
      default: ++at_;
    }
  }

  static bool starts_word(char c) { return std::string_view(" \t\n;&|()<>").find(c) == std::string_view::npos; }

  void begin_word() {
    word_ = {true, false, place_.redirect, place_.command && !place_.redirect};
    comment_ = peek() == '#';
    const std::size_t length = name_length(text_.substr(at_));
    const bool equals = peek(length) == '=' || (peek(length) == '+' && peek(length + 1) == '=');
    if (length == 0) {
      word_start_ = at_;
      return;
    }
    const std::string_view name = text_.substr(at_, length);
    if (equals && (place_.command || place_.declaration)) {
      word_.assignment = true;
      scan_.mentioned.emplace_back(name);
      if (name == "IFS") scan_.needs_every_name = true;
    } else if (place_.declaration) {
      scan_.mentioned.emplace_back(name);
    }
    word_start_ = at_;
  }

  void end_word() {
    comment_ = false;
    if (!word_.started) return;
    const std::string_view word = text_.substr(word_start_, at_ - word_start_);
    if (!word_.assignment && !word_.redirection) note_word(word);
    if (word_.redirection) place_.redirect = false;
    word_ = {};
  }

  void note_word(std::string_view word) {
    constexpr std::array<std::string_view, 11> before_commands = {"if", "then", "else", "elif", "while", "until",
                                                                  "do", "!",    "{",    "time", "exec"};
    constexpr std::array<std::string_view, 9> declarations = {"export", "readonly", "local",   "declare", "typeset",
                                                              "unset",  "read",     "getopts", "for"};
    constexpr std::array<std::string_view, 6> beyond_us = {"eval", "trap", "case", "alias", "source", "."};
    if (!place_.command) return;
    if (contains(beyond_us, word)) scan_.needs_every_name = true;
    place_.declaration = contains(declarations, word);
    place_.command = contains(before_commands, word);
  }

  void redirection() {
    if (peek() == '<' && peek(1) == '<') scan_.needs_every_name = true;  // a here-document
    // A number in front belongs to the operator, so no value may end up there.
    if (word_.started && !scan_.uses.empty() && scan_.uses.back().offset + scan_.uses.back().length == at_)
      scan_.uses.back().context = Context::opaque;
    end_word();
    while (peek() == '<' || peek() == '>' || peek() == '&' || peek() == '|' || peek() == '-') ++at_;
    place_.redirect = true;
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
    if (context == Context::bare && (word_.assignment || word_.redirection)) context = Context::opaque;
    if (const std::size_t length = name_length(text_.substr(std::min(at_, text_.size())))) {
      add(start, at_, length, length + 1, context);
      at_ += length;
      return;
    }
    if (++depth_ > deepest) {
      scan_.needs_every_name = true;
      at_ = text_.size();
    } else if (peek() == '{') {
      braced(start, context);
    } else if (peek() == '(' && peek(1) == '(') {
      scan_.needs_every_name = true;  // arithmetic reads names without a `$`, also those in values
      at_ += 2;
    } else if (peek() == '(') {
      ++at_;
      unquoted(')');
      ++at_;
    } else if (std::string_view("$?!#*@-0123456789").find(peek()) != std::string_view::npos && !done()) {
      ++at_;  // a special parameter
    }
    --depth_;
  }

  void braced(std::size_t start, Context context) {
    const std::size_t length = name_length(text_.substr(at_ + 1));
    if (length > 0 && peek(length + 1) == '}') {
      add(start, at_ + 1, length, length + 3, context);
      at_ += length + 2;
      return;
    }
    // ${NAME:-word}, ${#NAME} and the like are the shell's business: the parameter, and what the word expands.
    const std::size_t end = std::min(text_.find('}', at_), text_.size());
    bool is_parameter = true;
    for (const auto name : names_in(text_.substr(at_, end - at_))) {
      const auto name_at = static_cast<std::size_t>(name.data() - text_.data());
      const bool is_expanded = text_[name_at - 1] == '$' || text_[name_at - 1] == '{';
      if (is_parameter || is_expanded) add(start, name_at, name.size(), 0, Context::opaque);
      is_parameter = false;
    }
    at_ = end;
    if (text_.substr(start + 2, end - start - 2).find_first_of("${`\"'") != std::string_view::npos)
      scan_.needs_every_name = true;
  }

  void add(std::size_t start, std::size_t name_at, std::size_t name_size, std::size_t length, Context context) {
    const bool is_command = context == Context::bare && word_.command && start == word_start_;
    scan_.uses.push_back({std::string(text_.substr(name_at, name_size)), start, length, context, is_command});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Word word_;
  Place place_;
  std::size_t word_start_ = 0;
  bool comment_ = false;
  ShellScan scan_;
};

}  // namespace

ShellScan scan_command(std::string_view command) { return Scanner(command).run(); }

std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = name_length(text.substr(at));
    if (length > 0) names.push_back(text.substr(at, length));
    at += std::max<std::size_t>(length, 1);
  }
  return names;
}

}  // namespace fatespec::specs
