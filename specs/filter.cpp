#include "specs/filter.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/pattern.hpp"
#include "base/text.hpp"

namespace fatespec::specs {
namespace {

enum class Field { name, suite, tag, configuration, target, type };
constexpr std::array<std::string_view, 6> field_names = {"name", "suite", "tag", "configuration", "target", "type"};

std::string_view type_name(model::SpecType type) {
  constexpr std::array<std::string_view, 10> names = {"command", "filesize", "digest", "digest_file", "1off",
                                                      "rms",     "stddev",   "make",   "maketest",    "player"};
  return names.at(static_cast<std::size_t>(type));
}

/// As the spec string has it: "MD5".
std::string written_type(const model::SpecString& spec) { return spec.type_name.empty() ? "COMMAND" : spec.type_name; }

std::string_view short_name(const model::PlannedTest& test) {
  const std::size_t suite = test.suite->name.size() + 1;
  return std::string_view(test.name).substr(std::min(suite, test.name.size()));
}

/// The texts that a field of a test offers to a matcher.
std::vector<std::string> texts_of(Field field, const model::PlannedTest& test) {
  switch (field) {
    case Field::name: return {test.name, std::string(short_name(test))};
    case Field::suite: return {test.suite->name};
    case Field::tag: {
      auto tags = test.spec->tags;
      tags.insert(tags.end(), test.configuration->tags.begin(), test.configuration->tags.end());
      return tags;
    }
    case Field::configuration: return {test.configuration->name};
    case Field::target: return {test.target};
    case Field::type: {
      const std::string written = written_type(test.spec->parsed);
      return {std::string(type_name(test.spec->parsed.type)), written, base::lower(written)};
    }
  }
  return {};
}

class Matcher {
 public:
  static base::Result<Matcher> parse(std::string_view text) {
    Matcher matcher;
    matcher.pattern_ = std::string(text);
    if (text.starts_with('=') || text.starts_with('~')) {
      matcher.kind_ = text[0] == '=' ? Kind::exact : Kind::part;
      matcher.pattern_.erase(0, 1);
    } else if (text.size() >= 2 && text.front() == '/' && text.back() == '/') {
      matcher.kind_ = Kind::regex;
      matcher.pattern_ = std::string(text.substr(1, text.size() - 2));
      auto regex = base::Pattern::compile(matcher.pattern_);
      if (!regex)
        return base::usage_error(fmt::format("`{}` is no regular expression: {}", text, regex.error().message));
      matcher.regex_ = std::move(*regex);
    }
    return matcher;
  }

  bool matches(const std::string& text) const {
    switch (kind_) {
      case Kind::exact: return text == pattern_;
      case Kind::part: return text.find(pattern_) != std::string::npos;
      case Kind::glob: return text == pattern_ || base::glob_match(pattern_, text);
      case Kind::regex: return regex_->found_in(text);
    }
    return false;
  }
  const std::string& pattern() const { return pattern_; }

 private:
  enum class Kind { glob, exact, part, regex };

  Kind kind_ = Kind::glob;
  std::string pattern_;
  std::optional<base::Pattern> regex_;
};

}  // namespace

struct Filter::Node {
  enum class Kind { any, all, negation, match };
  Kind kind = Kind::match;
  std::vector<std::unique_ptr<Node>> parts;
  Field field = Field::name;
  Matcher matcher;
  std::string written;
  std::size_t matched = 0;

  // Every part is asked, even when the answer is known already, so that each matcher's count is complete.
  bool matches(const model::PlannedTest& test) {
    if (kind == Kind::match) {
      const auto texts = texts_of(field, test);
      const bool found =
          std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return matcher.matches(text); });
      matched += found ? 1 : 0;
      return found;
    }
    if (kind == Kind::negation) return !parts[0]->matches(test);
    bool any = false;
    bool all = true;
    for (auto& part : parts) {
      const bool found = part->matches(test);
      any = any || found;
      all = all && found;
    }
    return kind == Kind::any ? any : all;
  }

  void collect_unmatched(const std::vector<model::PlannedTest>& tests, std::vector<std::string>& lines) const {
    for (const auto& part : parts) part->collect_unmatched(tests, lines);
    if (kind != Kind::match || matched > 0) return;
    std::set<std::string> known;
    for (const auto& test : tests) {
      for (auto& text : texts_of(field, test)) known.insert(std::move(text));
      if (known.size() > 20000) break;
    }
    std::string hint = base::did_you_mean(matcher.pattern(), {known.begin(), known.end()});
    if (hint.empty() && field != Field::name) hint = told_all(known);
    lines.push_back(fmt::format("`{}` matches no test{}", written, hint));
  }

  /// "; there are: a, b", where that is a short list.
  std::string told_all(std::set<std::string> known) const {
    constexpr std::size_t few = 12;
    if (field == Field::type)  // which is known in capitals too
      std::erase_if(known, [](const auto& text) { return text != base::lower(text); });
    if (known.empty()) return fmt::format("; none has a {}", field_names.at(static_cast<std::size_t>(field)));
    return known.size() > few ? "" : fmt::format("; there are: {}", fmt::join(known, ", "));
  }
};

namespace {

using Node = Filter::Node;
using NodeResult = base::Result<std::unique_ptr<Node>>;

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  NodeResult run() {
    auto node = expression();
    if (!node) return node;
    skip_blanks();
    if (at_ < text_.size()) return wrong(fmt::format("`{}` is not expected here", text_.substr(at_)));
    return node;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  base::Error wrong(const std::string& message) const {
    return base::usage_error(fmt::format("filter, column {}: {}", at_ + 1, message));
  }

  NodeResult expression() { return chain('|', Node::Kind::any, &FilterParser::conjunction); }
  NodeResult conjunction() { return chain('&', Node::Kind::all, &FilterParser::term); }

  NodeResult chain(char separator, Node::Kind kind, NodeResult (FilterParser::*part)()) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    do {
      auto next = (this->*part)();
      if (!next) return next;
      node->parts.push_back(std::move(*next));
    } while (take(separator));
    if (node->parts.size() == 1) return std::move(node->parts[0]);
    return node;
  }

  NodeResult term() {
    if (++depth_ > 100) return wrong("nested too deep");
    auto node = term_within_depth();
    --depth_;
    return node;
  }

  NodeResult term_within_depth() {
    if (take('!')) {
      auto inner = term();
      if (!inner) return inner;
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::negation;
      node->parts.push_back(std::move(*inner));
      return node;
    }
    if (take('(')) {
      auto inner = expression();
      if (!inner) return inner;
      if (!take(')')) return wrong("a `)` is missing");
      return inner;
    }
    return match();
  }

  NodeResult match() {
    skip_blanks();
    const std::size_t start = at_;
    auto node = std::make_unique<Node>();
    std::size_t end = at_;
    while (end < text_.size() && text_[end] >= 'a' && text_[end] <= 'z') ++end;
    if (end < text_.size() && text_[end] == '(' && end > at_) {
      const std::string_view word = text_.substr(at_, end - at_);
      const auto field = std::find(field_names.begin(), field_names.end(), word);
      if (field == field_names.end())
        return wrong(fmt::format("unknown field `{}`{}", word,
                                 base::did_you_mean(word, {field_names.begin(), field_names.end()})));
      node->field = static_cast<Field>(field - field_names.begin());
      at_ = end + 1;
      if (auto error = matcher(*node, ")")) return *error;
      if (!take(')')) return wrong("a `)` is missing");
    } else if (auto error = matcher(*node, "|&) \t\n")) {
      return *error;
    }
    node->written = std::string(base::trim(text_.substr(start, at_ - start)));
    return node;
  }

  std::optional<base::Error> matcher(Node& node, std::string_view stops) {
    skip_blanks();
    if (const auto prefix = quote_after_prefix()) return quoted_matcher(node, *prefix);
    std::size_t end = at_;
    if (end < text_.size() && text_[end] == '/') {
      for (++end; end < text_.size() && text_[end] != '/'; ++end)
        if (text_[end] == '\\') ++end;
      if (end >= text_.size()) return wrong("the regular expression has no closing `/`");
      ++end;
    } else {
      end = std::min(text_.find_first_of(stops, at_), text_.size());
    }
    const std::string_view pattern = base::trim(text_.substr(at_, end - at_));
    if (pattern.empty()) return wrong("a name or pattern is missing");
    auto parsed = Matcher::parse(pattern);
    if (!parsed) return wrong(parsed.error().message);
    node.matcher = std::move(*parsed);
    at_ = end;
    return std::nullopt;
  }

  /// How many characters stand before a quote: 0 or 1; nothing if there is no quote.
  std::optional<std::size_t> quote_after_prefix() const {
    const std::size_t prefix = at_ < text_.size() && (text_[at_] == '=' || text_[at_] == '~') ? 1 : 0;
    if (at_ + prefix < text_.size() && text_[at_ + prefix] == '"') return prefix;
    return std::nullopt;
  }

  std::optional<base::Error> quoted_matcher(Node& node, std::size_t prefix) {
    std::string pattern(text_.substr(at_, prefix));
    std::size_t at = at_ + prefix + 1;
    for (; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\' && at + 1 < text_.size()) ++at;
      pattern += text_[at];
    }
    if (at >= text_.size()) return wrong("the quote is never closed");
    auto parsed = Matcher::parse(pattern);
    if (!parsed) return wrong(parsed.error().message);
    node.matcher = std::move(*parsed);
    at_ = at + 1;
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Filter::Filter(std::unique_ptr<Node> root) : root_(std::move(root)) {}
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;
Filter::~Filter() = default;

base::Result<Filter> Filter::parse(std::string_view expression) {
  auto root = FilterParser(expression).run();
  if (!root) return root.error();
  return Filter(std::move(*root));
}

bool Filter::matches(const model::PlannedTest& test) { return root_->matches(test); }

std::vector<std::string> Filter::unmatched(const std::vector<model::PlannedTest>& tests) const {
  std::vector<std::string> lines;
  root_->collect_unmatched(tests, lines);
  return lines;
}

}  // namespace fatespec::specs
