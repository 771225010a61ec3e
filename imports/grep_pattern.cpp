#include "imports/grep_pattern.hpp"

#include <cctype>
#include <utility>

#include "base/pattern.hpp"

namespace fatespec::imports {
namespace {

constexpr std::string_view digits = "0123456789";

class Translation {
 public:
  explicit Translation(std::string_view text) : text_(text) {}

  bool run() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      const bool is_known = c == '\\' ? escaped() : c == '[' ? bracket() : plain(c);
      if (!is_known) return false;
    }
    return true;
  }
  std::string take() { return std::move(out_); }

 private:
  /// What came last: it decides what a star or an anchor means.
  enum class Last { beginning, anchor, something, repetition };

  bool put(std::string_view text, Last last = Last::something) {
    out_ += text;
    last_ = last;
    return true;
  }
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
  bool is_before_word() const {
    return at_ < text_.size() && (is_word(text_[at_]) || text_.substr(at_).starts_with("\\w"));
  }
  /// Asked behind a backslash and another character: what stands in front of these.
  bool is_after_word() const {
    constexpr std::size_t behind = 3;
    if (at_ < behind) return false;
    const char before = text_[at_ - behind];
    return at_ > behind && text_[at_ - behind - 1] == '\\' ? before == 'w' : is_word(before);
  }
  bool literal(char c) { return put(std::string("\\") + c); }

  bool is_end() const {
    const std::string_view rest = text_.substr(at_);
    return rest.empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
  }

  /// What is special without a backslash; of these, some only where they stand in their place.
  bool plain(char c) {
    if (c == '^' && last_ == Last::beginning) return put("^", Last::anchor);
    if (c == '$' && is_end()) return put("$");
    if (c == '*' && last_ != Last::beginning && last_ != Last::anchor) return repeat("*");
    return std::string_view("^$*+?{}()|").find(c) != std::string_view::npos ? literal(c) : put({&c, 1});
  }

  /// There is no common meaning of a repetition of nothing, or of a repetition.
  bool repeat(std::string_view how) { return last_ == Last::something && put(how, Last::repetition); }

  bool escaped() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    switch (c) {
      case '(': return put("(?:", Last::beginning);
      case ')': return put(")");
      case '|': return put("|", Last::beginning);
      case '+': return repeat("+");
      case '?': return repeat("?");
      case '{': return bounds();
      // Where a word begins or ends, and not only where it may.
      case '<': return is_before_word() && put("\\b");
      case '>': return is_after_word() && put("\\b");
      case '`':
      case '\'': return false;  // of the whole text, which for grep is a line
      case 'b': return put("\\b");
      case 'B':
      case 'w':
      case 'S': return put(std::string("\\") + c);
      case 's': return put("[" + std::string(blanks) + "]");
      case 'W': return put("[^\\w\\n]");
      case '_': return put("_");
      default: return std::isalnum(static_cast<unsigned char>(c)) == 0 && literal(c);  // nor back references
    }
  }

  /// `\{2\}`, `\{2,\}`, `\{,3\}`, `\{2,3\}`
  bool bounds() {
    const auto number = [&] {
      const auto end = std::min(text_.find_first_not_of(digits, at_), text_.size());
      const std::string found(text_.substr(at_, end - at_));
      at_ = end;
      return found;
    };
    std::string least = number();
    const bool is_open = text_.substr(at_).starts_with(',');
    if (least.empty() && !is_open) return false;
    std::string text = "{" + (least.empty() ? "0" : least);
    if (is_open) ++at_, text += "," + number();
    if (!text_.substr(at_).starts_with("\\}")) return false;
    at_ += 2;
    return repeat(text + "}");
  }

  /// A backslash is one of the characters; `]` is one at the beginning. No line is left.
  bool bracket() {
    std::string set = "[";
    if (at_ < text_.size() && text_[at_] == '^') set += "^\\n", ++at_;
    for (bool first = true; at_ < text_.size(); first = false) {
      const char c = text_[at_++];
      if (c == ']' && !first) return put(set + "]");
      const char next = at_ < text_.size() ? text_[at_] : '\0';
      if (c == '[' && (next == '.' || next == '=')) return false;  // collating elements
      if (c == '[' && next == ':') {
        const auto end = text_.find(":]", at_ + 1);
        if (end == std::string_view::npos) return false;
        const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
        if (name == "cntrl") return false;
        set += name == "space" ? blanks : text_.substr(at_ - 1, end + 2 - (at_ - 1));
        at_ = end + 2;
        continue;
      }
      if (c == '\\' || c == '[' || c == ']') set += '\\';
      set += c;
    }
    return false;
  }

  static constexpr std::string_view blanks = " \\t\\v\\f\\r";  ///< of one line

  std::string_view text_;
  std::size_t at_ = 0;
  Last last_ = Last::beginning;
  std::string out_;
};

}  // namespace

std::optional<std::string> pattern_of_grep(std::string_view expression) {
  Translation translation(expression);
  if (!translation.run()) return std::nullopt;
  std::string pattern = translation.take();
  return base::Pattern::compile(pattern) ? std::optional(pattern) : std::nullopt;
}

}  // namespace fatespec::imports
