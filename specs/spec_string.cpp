#include "specs/spec_string.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/spec_arguments.hpp"

namespace fatespec::specs {
namespace {

using base::DigestAlgorithm;
using model::SpecArgument;
using model::SpecString;
using model::SpecType;

enum class Rest { required, optional };

struct TypeInfo {
  std::string name;
  SpecType type;
  DigestAlgorithm digest = DigestAlgorithm::md5;
  std::vector<std::string> required = {};
  std::vector<std::string> optional = {};
  std::vector<std::string> named = {};
  Rest rest = Rest::required;
  std::string rest_is = "a command";
};

std::vector<TypeInfo> make_types() {
  std::vector<TypeInfo> types;
  types.push_back({.name = "FILESIZE", .type = SpecType::filesize, .rest_is = "a path"});
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha224,
                               DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const std::string name(base::name_of(algorithm));
    types.push_back({.name = name, .type = SpecType::digest, .digest = algorithm});
    types.push_back({.name = name + "FILE", .type = SpecType::digest_file, .digest = algorithm, .required = {"PATH"}});
  }
  types.push_back({.name = "1OFF",
                   .type = SpecType::one_off,
                   .required = {"REF", "PRECISION"},
                   .named = {"tolerance", "size_tolerance"}});
  types.push_back({.name = "RMS",
                   .type = SpecType::rms,
                   .required = {"REF", "THRESHOLD"},
                   .optional = {"FORMAT", "REFFORMAT"},
                   .named = {"size_tolerance"}});
  types.push_back({.name = "STDDEV",
                   .type = SpecType::stddev,
                   .required = {"REF", "FORMAT", "TARGET", "FUZZ"},
                   .named = {"size_tolerance", "shift"}});
  types.push_back({.name = "MAKE", .type = SpecType::make, .rest_is = "a target"});
  types.push_back({.name = "MAKETEST", .type = SpecType::make_test, .rest = Rest::optional});
  std::vector<std::string> player_names = {"clock", "max_defects", "inject"};
  player_names.insert(player_names.end(), model::defect_names.begin(), model::defect_names.end());
  types.push_back(
      {.name = "PLAYER", .type = SpecType::player, .named = std::move(player_names), .rest_is = "a sample"});
  return types;
}

const std::vector<TypeInfo>& types() {
  static const std::vector<TypeInfo> all = make_types();
  return all;
}

const TypeInfo* find_type(std::string_view name) {
  const auto found = std::find_if(types().begin(), types().end(), [&](const TypeInfo& t) { return t.name == name; });
  return found == types().end() ? nullptr : &*found;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

SpecStringError wrong(std::string message, std::size_t offset, std::size_t length = 1) {
  return {std::move(message), offset, std::max<std::size_t>(1, length)};
}

/// One argument as written, before it is known whether it has a name.
struct RawArgument {
  std::string text;
  std::size_t offset = 0;
  std::size_t length = 0;
  bool quoted = false;
};

/// Reads the part between `{` and `}`.
class BraceReader {
 public:
  BraceReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  SpecResult<RawArgument> next_argument() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    RawArgument argument;
    argument.offset = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (auto error = read_quoted(argument)) return *error;
    } else {
      read_bare(argument);
    }
    argument.length = at_ - argument.offset;
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ >= text_.size()) return wrong("the `{` is never closed by a `}`", 0);
    if (text_[at_] != ',' && text_[at_] != '}') return wrong("a `,` or `}` must follow a quoted argument", at_);
    return argument;
  }
  std::size_t at() const { return at_; }
  bool at_end() const { return text_[at_] == '}'; }
  void skip() { ++at_; }

 private:
  std::optional<SpecStringError> read_quoted(RawArgument& argument) {
    const std::size_t start = at_++;
    argument.quoted = true;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
      argument.text += text_[at_];
    }
    if (at_ >= text_.size()) return wrong("the quote is never closed", start);
    ++at_;
    return std::nullopt;
  }

  /// Up to the end of the argument; a value behind `name=` may be quoted.
  void read_bare(RawArgument& argument) {
    bool quoted = false;
    for (; at_ < text_.size() && (quoted || (text_[at_] != ',' && text_[at_] != '}')); ++at_) {
      if (text_[at_] == '"' && (quoted || argument.text.ends_with('='))) quoted = !quoted;
      if (text_.compare(at_, 2, "${") != 0) {
        argument.text += text_[at_];
        continue;
      }
      const std::size_t end = std::min(text_.find('}', at_), text_.size() - 1);  // `${NAME}` keeps its brace
      argument.text += text_.substr(at_, end - at_ + 1);
      at_ = end;
    }
    argument.text = std::string(base::trim(argument.text));
  }

  std::string_view text_;
  std::size_t at_;
};

/// "name=value" at the start of an argument.
std::optional<std::size_t> name_length(const RawArgument& argument) {
  std::size_t end = 0;
  while (end < argument.text.size() && (is_word(argument.text[end]) || argument.text[end] == '-')) ++end;
  if (end == 0 || end >= argument.text.size() || argument.text[end] != '=') return std::nullopt;
  return end;
}

std::string unquote_value(std::string value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  return value.substr(1, value.size() - 2);
}

SpecResult<SpecArgument> name_argument(const TypeInfo& type, const RawArgument& raw, std::size_t position) {
  const bool has_place = position < type.required.size() + type.optional.size();
  const auto length = raw.quoted && has_place ? std::nullopt : name_length(raw);
  if (position < type.required.size() || !length) {
    if (has_place) return SpecArgument{"", raw.text, raw.offset};
    return wrong(fmt::format("{{{}}} does not take this argument", type.name), raw.offset, raw.length);
  }
  const std::string name = raw.text.substr(0, *length);
  if (std::find(type.named.begin(), type.named.end(), name) == type.named.end())
    return wrong(fmt::format("{{{}}} has no argument `{}`{}", type.name, name, base::did_you_mean(name, type.named)),
                 raw.offset, raw.length);
  return SpecArgument{name, unquote_value(raw.text.substr(*length + 1)), raw.offset};
}

SpecResult<std::vector<SpecArgument>> read_arguments(const TypeInfo& type, BraceReader& reader) {
  std::vector<SpecArgument> arguments;
  std::size_t position = 0;
  while (!reader.at_end()) {
    reader.skip();  // the comma
    auto raw = reader.next_argument();
    if (!raw) return raw.error();
    auto argument = name_argument(type, *raw, position);
    if (!argument) return argument.error();
    const bool again =
        !argument->name.empty() && std::any_of(arguments.begin(), arguments.end(),
                                               [&](const auto& other) { return other.name == argument->name; });
    if (again) return wrong(fmt::format("`{}` is given twice", argument->name), raw->offset, raw->length);
    if (argument->name.empty()) ++position;
    if (argument->name.empty() && argument->value.empty())
      return wrong(fmt::format("an argument of {{{}}} is empty", type.name), raw->offset);
    arguments.push_back(std::move(*argument));
  }
  if (position < type.required.size())
    return wrong(fmt::format("{{{}}} lacks its argument {}", type.name, type.required[position]), reader.at());
  return arguments;
}

/// Without the blanks around it, but those that a backslash makes part of the last word.
std::string command_of(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const auto last = text.find_last_not_of(" \t\n");
  if (last == std::string_view::npos) return "";
  const auto before = text.substr(0, last + 1).find_last_not_of('\\');
  const std::size_t backslashes = last - (before == std::string_view::npos ? static_cast<std::size_t>(-1) : before);
  const std::size_t kept = last + 1 + (backslashes % 2);
  return std::string(text.substr(0, kept));
}

SpecStringError unknown_type(const std::string& name) {
  std::string hint = base::did_you_mean(name, spec_type_names());
  const bool is_capital = std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c); });
  if (hint.empty() && !is_capital) hint = "; a group of the shell has a space after its `{`";
  return wrong(fmt::format("unknown type {{{}}}{}", name, hint), 1, name.size());
}

SpecResult<SpecString> parse_typed(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string name(text.substr(1, end - 1));
  if (name.empty()) return wrong("a TYPE in capitals must follow `{`; a shell group has a space there", 0);
  const TypeInfo* type = find_type(name);
  if (type == nullptr) return unknown_type(name);
  if (end >= text.size() || (text[end] != ',' && text[end] != '}'))
    return wrong(fmt::format("`,` or `}}` must follow {{{}", name), std::min(end, text.size()));
  BraceReader reader(text, end);
  auto arguments = read_arguments(*type, reader);
  if (!arguments) return arguments.error();
  const std::size_t after = reader.at() + 1;
  if (after < text.size() && std::isspace(static_cast<unsigned char>(text[after])) == 0)
    return wrong("a space must follow the `}`", after);
  SpecString spec{type->type, name, type->digest, std::move(*arguments), "", after};
  spec.command_offset = std::min(text.find_first_not_of(" \t\r\n", std::min(after, text.size())), text.size());
  spec.command = command_of(text.substr(spec.command_offset));
  if (spec.command.empty() && type->rest == Rest::required)
    return wrong(fmt::format("{{{}}} needs {} after it", type->name, type->rest_is), after - 1);
  if (auto error = check_argument_values(spec, UnknownValues::accepted)) return *error;
  return spec;
}

}  // namespace

const std::vector<std::string>& spec_type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& type : types()) all.push_back(type.name);
    return all;
  }();
  return names;
}

SpecResult<SpecString> parse_spec_string(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view rest = text.substr(begin);
  if (rest.empty()) return wrong("the spec is empty", 0);
  if (rest.size() > 1 && rest[0] == '{' && std::isspace(static_cast<unsigned char>(rest[1])) == 0) {
    auto parsed = parse_typed(rest);
    if (!parsed) {
      SpecStringError error = parsed.error();
      error.offset += begin;
      return error;
    }
    parsed->command_offset += begin;
    for (auto& argument : parsed->arguments) argument.offset += begin;
    return parsed;
  }
  SpecString spec;
  spec.command = command_of(rest);
  spec.command_offset = begin;
  return spec;
}

}  // namespace fatespec::specs
