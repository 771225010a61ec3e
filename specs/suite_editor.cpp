#include "specs/suite_editor.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/problem.hpp"
#include "specs/scalar_text.hpp"
#include "specs/suite_reader.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {
namespace {

YamlNode value_of(YamlNode map, std::string_view key) {
  if (!map || !map.is_map()) return {};
  for (const auto& [name, value] : map.entries())
    if (name.value() == key) return value;
  return {};
}

YamlNode key_of(YamlNode map, std::string_view key) {
  for (const auto& [name, value] : map.entries())
    if (name.value() == key) return name;
  return {};
}

bool is_plain_word(std::string_view text) {
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
  return !text.empty() && text[0] != '-' && base::lower(text) != "null" &&
         text.find_first_not_of(safe) == std::string_view::npos;
}

/// What ends a line for YAML 1.1 and is printable for YAML 1.2: next line, line and paragraph separator.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> line_breaks = {
    {{"\xC2\x85", "\\x85"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}}};

bool has_line_breaks(std::string_view text) {
  return std::any_of(line_breaks.begin(), line_breaks.end(),
                     [&](const auto& known) { return text.find(known.first) != std::string_view::npos; });
}

std::string with_escaped_line_breaks(std::string text) {
  for (const auto& [bytes, escape] : line_breaks)
    for (auto at = text.find(bytes); at != std::string::npos; at = text.find(bytes, at + escape.size()))
      text.replace(at, bytes.size(), escape);
  return text;
}

std::string double_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : base::to_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += std::string("\\") + c;
    else if (c == '\n') quoted += "\\n";
    else if (c == '\t') quoted += "\\t";
    else if (byte < 0x20 || byte == 0x7F) quoted += fmt::format("\\x{:02x}", byte);
    else quoted += c;
  }
  return with_escaped_line_breaks(std::move(quoted)) + "\"";
}

/// Text that a literal block can hold as it is.
bool fits_block(std::string_view text) {
  const bool several = text.find('\n') != std::string_view::npos;
  const bool plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 || c == '\n' || c == '\t'; });
  return several && plain && base::is_utf8(text) && !has_line_breaks(text) && !text.ends_with("\n\n") &&
         text[0] != ' ' && text[0] != '\n' && text[0] != '\t';
}

std::string render(std::string_view value, bool flow, std::size_t indentation) {
  if (is_plain_word(value)) return std::string(value);
  if (flow || !fits_block(value)) return double_quoted(value);
  std::string block = value.ends_with('\n') ? "|" : "|-";
  for (const auto line : base::split_lines(value))
    block += "\n" + (line.empty() ? "" : std::string(indentation, ' ') + std::string(line));
  return block;
}

class Editor {
 public:
  Editor(const YamlDocument& document, const ExpectationEdit& edit)
      : source_(document.source()), text_(source_.text()), edit_(edit) {
    const YamlNode tests = value_of(document.root(), "tests");
    if (!tests) return;
    for (const auto& test : tests.elements())
      if (value_of(test, "name") && value_of(test, "name").value() == edit.test) test_ = test;
  }

  std::optional<std::string> run() {
    if (!test_ || test_.is_alias()) return std::nullopt;
    const YamlNode expect = value_of(test_, "expect");
    if (!expect) return add_expect();
    if (expect.is_alias() || !expect.is_map()) return std::nullopt;
    const YamlNode value = value_of(expect, edit_.key);
    return value ? replace(value, expect) : add_key(expect);
  }

 private:
  std::size_t offset(const base::Origin& origin) const { return source_.offset_of(origin); }
  /// Behind its tag and its anchor.
  std::size_t begin_of(YamlNode scalar) const { return scalar_begin(text_, offset(scalar.origin())); }
  bool is_flow(YamlNode map) const { return text_.at(offset(map.origin())) == '{'; }
  std::size_t line_end(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }
  std::size_t indentation_of_line(std::size_t at) const {
    const std::size_t start = source_.line_offset(source_.origin_of(at).line);
    return text_.find_first_not_of(' ', start) - start;
  }

  /// Where a scalar ends; nothing for styles that are not recognised.
  std::optional<std::size_t> scalar_end(YamlNode scalar, std::size_t parent_indentation) const {
    const std::size_t start = begin_of(scalar);
    const char style = text_.at(start);
    if (style == '|' || style == '>') return block_end(start, parent_indentation);
    if (style == '\'' || style == '"') return quoted_end(start, style);
    return place_in_scalar(text_, start, scalar.value(), scalar.value().size());
  }

  std::optional<std::size_t> quoted_end(std::size_t start, char quote) const {
    for (std::size_t at = start + 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') ++at;
      else if (text_[at] == quote && quote == '\'' && at + 1 < text_.size() && text_[at + 1] == '\'') ++at;
      else if (text_[at] == quote) return at + 1;
    }
    return std::nullopt;
  }

  // A line that is indented less than the first with text is not of the block: it may be a comment.
  std::size_t block_end(std::size_t start, std::size_t parent_indentation) const {
    std::size_t end = line_end(start);
    const std::string_view header = std::string_view(text_).substr(start + 1, 2);
    const auto digit = std::find_if(header.begin(), header.end(), [](char c) { return c >= '1' && c <= '9'; });
    std::size_t least = digit == header.end() ? 0 : parent_indentation + static_cast<std::size_t>(*digit - '0');
    for (std::size_t at = end + 1; at < text_.size(); at = line_end(at) + 1) {
      const std::size_t stop = line_end(at);
      const std::size_t first = text_.find_first_not_of(' ', at);
      const bool is_blank = first >= stop || (text_[first] == '\r' && first + 1 == stop);
      if (is_blank) continue;  // of the block only if more of it follows
      if (least == 0) least = std::max(first - at, parent_indentation + 1);
      if (first - at < least) break;
      end = stop;
    }
    return end;
  }

  std::optional<std::string> replace(YamlNode value, YamlNode expect) const {
    if (!value.is_scalar() || value.is_alias()) return std::nullopt;
    const std::size_t start = begin_of(value);
    const std::size_t indentation = indentation_of_line(start);
    auto end = scalar_end(
        value, is_flow(expect) ? 0 : static_cast<std::size_t>(key_of(expect, edit_.key).origin().column) - 1);
    if (!end) return std::nullopt;
    std::string rendered = render_as(text_.at(start), is_flow(expect), indentation + 2);
    std::string comment = comment_of_block(start);
    if (comment.empty() && rendered.starts_with('|')) {
      comment = comment_behind(*end);
      *end += comment.size();
    }
    rendered.insert(std::min(rendered.find('\n'), rendered.size()), comment);
    return splice(start, *end, rendered);
  }

  /// "  # why" behind a value; a block would take it for its own text.
  std::string comment_behind(std::size_t end) const {
    std::string_view rest = std::string_view(text_).substr(end, line_end(end) - end);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return base::trim(rest).starts_with('#') ? std::string(rest) : "";
  }

  /// "  # why" behind the `|` of a block.
  std::string comment_of_block(std::size_t start) const {
    if (text_.at(start) != '|' && text_.at(start) != '>') return "";
    const std::string_view header = std::string_view(text_).substr(start, line_end(start) - start);
    const auto hash = header.find('#');
    if (hash == std::string_view::npos) return "";
    const auto last_of_style = header.find_last_not_of(" \t", hash - 1);
    return std::string(header.substr(last_of_style + 1));
  }

  /// The new value in the style of the old one, where it can be.
  std::string render_as(char style, bool flow, std::size_t indentation) const {
    const std::string& value = edit_.value;
    if (style == '"' && !(fits_block(value) && !flow)) return double_quoted(value);
    if (style == '\'' && value.find('\'') == std::string::npos && base::printable(value) == value)
      return "'" + value + "'";
    return render(value, flow, indentation);
  }

  std::optional<std::string> add_key(YamlNode expect) const {
    const std::size_t start = offset(expect.origin());
    const auto indentation = static_cast<std::size_t>(expect.origin().column) - 1;
    if (is_flow(expect)) {
      const std::string rest = expect.entries().empty() ? "" : ", ";
      return splice(start + 1, start + 1, edit_.key + ": " + render(edit_.value, true, 0) + rest);
    }
    return splice(
        start, start,
        edit_.key + ": " + render(edit_.value, false, indentation + 2) + "\n" + std::string(indentation, ' '));
  }

  std::optional<std::string> add_expect() const {
    const char* after = value_of(test_, "spec") ? "spec" : "name";
    const YamlNode before = value_of(test_, after);
    if (!before.is_scalar() || before.is_alias()) return std::nullopt;
    const auto column = static_cast<std::size_t>(key_of(test_, after).origin().column) - 1;
    const auto end = scalar_end(before, column);
    if (!end) return std::nullopt;
    const std::string expectation = "expect: {" + edit_.key + ": " + render(edit_.value, true, 0) + "}";
    if (is_flow(test_)) return splice(*end, *end, ", " + expectation);
    const std::size_t at = line_end(*end);  // behind a comment on the same line
    return splice(at, at, "\n" + std::string(column, ' ') + expectation);
  }

  std::string splice(std::size_t begin, std::size_t end, const std::string& replacement) const {
    return text_.substr(0, begin) + replacement + text_.substr(end);
  }

  const SourceText& source_;
  const std::string& text_;
  const ExpectationEdit& edit_;
  YamlNode test_;
};

/// What a test expects by its keys, for comparison: without the places it was written at.
using Expected = std::map<std::string, std::optional<std::string>>;

Expected all_of(const model::Expectation& expect) {
  const auto text = [](const auto& placed) { return placed ? std::optional(placed->text) : std::nullopt; };
  const auto bound = [](const auto& number) { return number ? std::optional(std::to_string(*number)) : std::nullopt; };
  Expected all{{"status", fmt::format("{} {}", static_cast<int>(expect.status.kind), expect.status.value)},
               {"stdout", text(expect.output)},
               {"stdout_file", text(expect.output_file)},
               {"stderr", text(expect.error)},
               {"stderr_file", text(expect.error_file)},
               {"stdout_matches", text(expect.output_matches)},
               {"stderr_matches", text(expect.error_matches)}};
  if (expect.size) all.insert({{"min", bound(expect.size->min)}, {"max", bound(expect.size->max)}});
  return all;
}

/// By the name of the test; nothing if the suite cannot be read.
std::optional<std::map<std::string, Expected>> expectations_in(const std::string& file, const std::string& text) {
  Problems problems;
  const auto document = YamlDocument::parse(file, text, problems);
  if (!document) return std::nullopt;
  const auto suite = read_suite(*document, problems);
  if (!problems.empty()) return std::nullopt;
  std::map<std::string, Expected> all;
  for (const auto& test : suite->tests) all[test->name] = all_of(test->expect);
  return all;
}

/// True if the edit has changed what it should, and nothing else: an anchor or a merged map may be another test's too.
bool is_as_meant(const std::string& file, const std::string& before, const std::string& after,
                 const ExpectationEdit& edit) {
  auto meant = expectations_in(file, before);
  if (!meant || !meant->contains(edit.test)) return false;
  meant->at(edit.test).at(edit.key) = edit.value;
  return expectations_in(file, after) == meant;
}

/// True if all lines that end do so with CRLF.
bool has_crlf(std::string_view text) {
  const auto count = [&](std::string_view end) {
    std::size_t found = 0;
    for (auto at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) ++found;
    return found;
  };
  const std::size_t ends = count("\n");
  return ends > 0 && ends == count("\r\n");
}

/// What was written with CRLF stays so.
std::string with_line_ends_of(const std::string& before, const std::string& edited) {
  if (!has_crlf(before)) return edited;
  std::string text;
  for (const char c : edited) {
    if (c == '\n' && !text.ends_with('\r')) text += '\r';
    text += c;
  }
  return text;
}

/// Nothing if it cannot be done there.
base::Result<std::optional<std::string>> edit_of(const std::string& file, const std::string& text,
                                                 const ExpectationEdit& edit) {
  Problems problems;
  const auto document = YamlDocument::parse(file, text, problems);
  if (!document) return base::Error{base::ErrorKind::invalid, format(problems.list().front())};
  auto edited = Editor(*document, edit).run();
  return edited ? std::optional(with_line_ends_of(text, *edited)) : std::nullopt;
}

}  // namespace

base::Result<std::string> edit_expectation(const std::string& file, const std::string& text,
                                           const ExpectationEdit& edit) {
  std::vector<std::string> texts = {text};
  if (!text.ends_with('\n')) texts.push_back(text + "\n");  // a block that is last needs the end of its last line
  for (const auto& before : texts) {
    const auto edited = edit_of(file, before, edit);
    if (!edited) return edited.error();
    if (*edited && is_as_meant(file, text, **edited, edit)) return **edited;
  }
  constexpr std::size_t longest = std::size_t{512} << 10;  // quoted, it is one line
  if (edit.value.size() > longest)
    return base::Error{
        base::ErrorKind::invalid,
        fmt::format("{}: the expectation of `{}` cannot be changed in place: {} are too long for it; use "
                    "`{}_file`",
                    file, edit.test, base::format_size(edit.value.size()), edit.key)};
  return base::Error{base::ErrorKind::invalid,
                     fmt::format("{}: the expectation of `{}` cannot be changed in place; set it by hand to {}: {}",
                                 file, edit.test, edit.key, base::shorten(double_quoted(edit.value), 200))};
}

}  // namespace fatespec::specs
