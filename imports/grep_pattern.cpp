#include "imports/grep_pattern.hpp"

#include <cctype>
#include <utility>

#include "base/pattern.hpp"

namespace fatespec::imports {
namespace {

class Translation {
 public:
  explicit Translation(std::string_view text) : text_(text) {}

  bool run() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\\') {
        if (!escaped()) return false;
      } else if (c == '[') {
        if (!bracket()) return false;
      } else {
        plain(c);
      }
    }
    return true;
  }
  std::string take() { return std::move(out_); }

 private:
  bool is_start() const { return out_.empty() || out_.ends_with("(?:") || out_.ends_with('|'); }
  bool is_end() const {
    const std::string_view rest = text_.substr(at_);
    return rest.empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
  }

  /// What is special without a backslash; of these, some only where they stand in their place.
  void plain(char c) {
    const bool is_anchor = (c == '^' && is_start()) || (c == '$' && is_end());
    const bool is_literal = std::string_view("+?{}()|").find(c) != std::string_view::npos ||
                            ((c == '^' || c == '$') && !is_anchor) ||
                            (c == '*' && (is_start() || out_.ends_with("(?:^") || out_ == "^"));
    if (is_literal) out_ += '\\';
    out_ += c;
  }

  bool escaped() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    constexpr std::string_view special = "+?|{})";
    if (c == '(') out_ += "(?:";
    else if (special.find(c) != std::string_view::npos) out_ += c;
    else if (c == '<' || c == '>') out_ += "\\b";
    else if (std::string_view("wWsSbB").find(c) != std::string_view::npos) out_ += std::string("\\") + c;
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0) return false;  // back references, and what nobody knows
    else out_ += (c == '_' ? "" : "\\") + std::string(1, c);
    return true;
  }

  /// A backslash is one of the characters; `]` is one at the beginning. No line is left.
  bool bracket() {
    std::string set = "[";
    if (at_ < text_.size() && text_[at_] == '^') set += "^\\n", ++at_;
    for (bool first = true; at_ < text_.size(); first = false) {
      const char c = text_[at_++];
      if (c == ']' && !first) {
        out_ += set + "]";
        return true;
      }
      if (c == '[' && at_ < text_.size() && text_[at_] == ':') {
        const auto end = text_.find(":]", at_ + 1);
        if (end == std::string_view::npos) return false;
        set += text_.substr(at_ - 1, end + 2 - (at_ - 1));
        at_ = end + 2;
        continue;
      }
      if (c == '\\' || c == '[' || c == ']') set += '\\';
      set += c;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
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
