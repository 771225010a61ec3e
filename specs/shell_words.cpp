#include "specs/shell_words.hpp"

#include <set>

#include "base/text.hpp"
#include "specs/shell_scan.hpp"

namespace fatespec::specs {

bool is_reserved_or_builtin(std::string_view word) {
  static const std::set<std::string_view> words = {
      "!",        "{",      "}",       "case",    "do",       "done",  "elif",  "else",   "esac", "fi",     "for",
      "function", "if",     "in",      "then",    "until",    "while", ".",     ":",      "[",    "alias",  "bg",
      "break",    "cd",     "chdir",   "command", "continue", "echo",  "eval",  "exec",   "exit", "export", "false",
      "fc",       "fg",     "getopts", "hash",    "jobs",     "kill",  "local", "printf", "pwd",  "read",   "readonly",
      "return",   "select", "set",     "shift",   "source",   "test",  "time",  "times",  "trap", "true",   "type",
      "typeset",  "ulimit", "umask",   "unalias", "unset",    "wait"};
  return words.contains(word);
}

namespace {

/// Splits a command into words, or gives up where a shell is needed.
class WordSplitter {
 public:
  explicit WordSplitter(std::string_view text) : text_(base::trim(text)) {}

  std::optional<std::vector<std::string>> run() {
    while (at_ < text_.size())
      if (!step(text_[at_])) return std::nullopt;
    end_word();
    if (words_.empty() || is_reserved_or_builtin(words_[0])) return std::nullopt;
    return std::move(words_);
  }

 private:
  bool step(char c) {
    if (c == ' ' || c == '\t') {
      end_word();
      ++at_;
      return true;
    }
    if (c == '\'') return single_quoted();
    if (c == '"') return double_quoted();
    if (c == '\\') return escaped();
    if (std::string_view("|&;<>()$`*?[\n").find(c) != std::string_view::npos) return false;
    if ((c == '#' || c == '~') && !in_word_) return false;
    if (c == '=' && words_.empty() && !quoted_) return false;  // an assignment
    append(c);
    ++at_;
    return true;
  }

  bool single_quoted() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return false;
    begin_quoted();
    word_ += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    begin_quoted();
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '$' || c == '`') return false;
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char next = text_[at_ + 1];
        if (std::string_view("\\\"$`\n").find(next) != std::string_view::npos) {
          ++at_;
          if (next != '\n') word_ += next;
          continue;
        }
      }
      word_ += c;
    }
    return false;
  }

  bool escaped() {
    if (at_ + 1 >= text_.size()) return false;
    const char next = text_[at_ + 1];
    at_ += 2;
    if (next == '\n') return true;
    begin_quoted();
    word_ += next;
    return true;
  }

  void begin_quoted() { in_word_ = quoted_ = true; }
  void append(char c) {
    in_word_ = true;
    word_ += c;
  }
  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = quoted_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  bool quoted_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::optional<std::vector<std::string>> simple_words(std::string_view command) { return WordSplitter(command).run(); }

bool is_assignment(std::string_view word) {
  const std::size_t equal = word.find('=');
  return equal != std::string_view::npos && equal > 0 &&
         word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == equal;
}

}  // namespace fatespec::specs
