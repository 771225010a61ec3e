#include "specs/spec_string.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::specs {
namespace {

using base::DigestAlgorithm;
using model::SampleFormat;
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
  bool any_name = false;  ///< names are checked by whoever interprets them
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
  types.push_back({.name = "1OFF", .type = SpecType::one_off, .required = {"REF", "PRECISION"},
                   .named = {"tolerance", "size_tolerance"}});
  types.push_back({.name = "RMS", .type = SpecType::rms, .required = {"REF", "THRESHOLD"},
                   .optional = {"FORMAT", "REFFORMAT"}, .named = {"size_tolerance"}});
  types.push_back({.name = "STDDEV", .type = SpecType::stddev, .required = {"REF", "FORMAT", "TARGET", "FUZZ"},
                   .named = {"size_tolerance", "shift"}});
  types.push_back({.name = "MAKE", .type = SpecType::make, .rest_is = "a target"});
  types.push_back({.name = "MAKETEST", .type = SpecType::make_test, .rest = Rest::optional});
  types.push_back({.name = "PLAYER", .type = SpecType::player, .rest_is = "a sample", .any_name = true});
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

  void read_bare(RawArgument& argument) {
    for (; at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}'; ++at_) {
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

/// "name=value" at the start of a bare argument.
std::optional<std::size_t> name_length(const RawArgument& argument) {
  if (argument.quoted) return std::nullopt;
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
  const auto length = name_length(raw);
  if (position < type.required.size() || !length) {
    if (position < type.required.size() + type.optional.size()) return SpecArgument{"", raw.text, raw.offset};
    return wrong(fmt::format("{{{}}} does not take this argument", type.name), raw.offset, raw.length);
  }
  const std::string name = raw.text.substr(0, *length);
  if (!type.any_name && std::find(type.named.begin(), type.named.end(), name) == type.named.end())
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
    const bool again = !argument->name.empty() && std::any_of(arguments.begin(), arguments.end(), [&](const auto& other) {
      return other.name == argument->name;
    });
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

std::optional<SpecStringError> check_values(const SpecString& spec);

SpecResult<SpecString> parse_typed(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string name(text.substr(1, end - 1));
  if (name.empty()) return wrong("a TYPE in capitals must follow `{`; a shell group has a space there", 0);
  const TypeInfo* type = find_type(name);
  if (type == nullptr)
    return wrong(fmt::format("unknown type {{{}}}{}", name, base::did_you_mean(name, spec_type_names())), 1, name.size());
  if (end >= text.size() || (text[end] != ',' && text[end] != '}'))
    return wrong(fmt::format("`,` or `}}` must follow {{{}", name), std::min(end, text.size()));
  BraceReader reader(text, end);
  auto arguments = read_arguments(*type, reader);
  if (!arguments) return arguments.error();
  const std::size_t after = reader.at() + 1;
  if (after < text.size() && std::isspace(static_cast<unsigned char>(text[after])) == 0)
    return wrong("a space must follow the `}`", after);
  SpecString spec{type->type, type->digest, std::move(*arguments), "", after};
  spec.command_offset = std::min(text.find_first_not_of(" \t\r\n", std::min(after, text.size())), text.size());
  spec.command = std::string(base::trim(text.substr(spec.command_offset)));
  if (spec.command.empty() && type->rest == Rest::required)
    return wrong(fmt::format("{{{}}} needs {} after it", type->name, type->rest_is), after - 1);
  if (auto error = check_values(spec)) return *error;
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
  spec.command = std::string(base::trim(rest));
  spec.command_offset = begin;
  return spec;
}

namespace {

const SpecArgument* named(const SpecString& spec, std::string_view name) {
  for (const auto& argument : spec.arguments)
    if (argument.name == name) return &argument;
  return nullptr;
}

const SpecArgument* positional(const SpecString& spec, std::size_t position) {
  for (const auto& argument : spec.arguments)
    if (argument.name.empty() && position-- == 0) return &argument;
  return nullptr;
}

SpecStringError wrong_value(const SpecArgument& argument, const std::string& expected) {
  return wrong(fmt::format("`{}` is not {}", argument.value, expected), argument.offset,
               argument.value.size() + (argument.name.empty() ? 0 : argument.name.size() + 1));
}

/// Reads values one by one and remembers the first that is wrong. With `skip_variables`, values that still hold a
/// variable are taken to be right.
class ValueReader {
 public:
  ValueReader(const SpecString& spec, bool skip_variables) : spec_(spec), skip_variables_(skip_variables) {}

  std::string text(std::size_t position) const { return positional(spec_, position)->value; }

  double number(std::size_t position, double at_least) {
    const auto* argument = checked(positional(spec_, position));
    if (argument == nullptr) return 0;
    const auto value = base::parse_number(argument->value);
    if (!value) fail(*argument, "a number");
    else if (*value < at_least) fail(*argument, fmt::format("a number of at least {}", at_least));
    return value.value_or(0);
  }

  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t at_least) {
    const auto* argument = checked(named(spec_, name));
    if (argument == nullptr) return otherwise;
    const auto value = base::parse_integer(argument->value);
    if (!value || *value < at_least)
      fail(*argument, at_least == 0 ? "a whole number of 0 or more" : "a whole number");
    return value.value_or(0);
  }

  SampleFormat format(std::size_t position, SampleFormat otherwise, std::initializer_list<SampleFormat> allowed) {
    const auto* argument = checked(positional(spec_, position));
    if (argument == nullptr) return otherwise;
    std::string names;
    for (const auto format : allowed) {
      if (model::name_of(format) == argument->value) return format;
      names += (names.empty() ? "" : " ") + std::string(model::name_of(format));
    }
    fail(*argument, "one of " + names);
    return otherwise;
  }

  SampleFormat precision(std::size_t position) {
    const auto* argument = checked(positional(spec_, position));
    if (argument == nullptr) return SampleFormat::s16;
    const std::string& value = argument->value;
    if (value == "8" || value == "s8") return SampleFormat::s8;
    if (value == "u8") return SampleFormat::u8;
    if (value == "16") return SampleFormat::s16;
    if (value == "24") return SampleFormat::s24;
    if (value == "32") return SampleFormat::s32;
    fail(*argument, "a precision: 8, u8, 16, 24 or 32");
    return SampleFormat::s16;
  }

  const std::optional<SpecStringError>& error() const { return error_; }

 private:
  const SpecArgument* checked(const SpecArgument* argument) const {
    if (argument == nullptr) return nullptr;
    const bool open = skip_variables_ && argument->value.find('$') != std::string::npos;
    return open ? nullptr : argument;
  }
  void fail(const SpecArgument& argument, const std::string& expected) {
    if (!error_) error_ = wrong_value(argument, expected);
  }

  const SpecString& spec_;
  bool skip_variables_;
  std::optional<SpecStringError> error_;
};

constexpr auto any_integer = INT64_MIN;

model::OneOff read_one_off(const SpecString&, ValueReader& read) {
  model::OneOff value;
  value.reference = read.text(0);
  value.format = read.precision(1);
  value.tolerance = static_cast<std::uint64_t>(read.integer("tolerance", 1, 0));
  value.size_tolerance = static_cast<std::uint64_t>(read.integer("size_tolerance", 0, 0));
  return value;
}

model::Rms read_rms(const SpecString& spec, ValueReader& read) {
  const auto all = {SampleFormat::s8,  SampleFormat::s16, SampleFormat::s24,
                    SampleFormat::s32, SampleFormat::f32, SampleFormat::f64};
  model::Rms value;
  value.reference = read.text(0);
  value.threshold = read.number(1, 0);
  value.format = read.format(2, SampleFormat::s16, all);
  value.reference_format = positional(spec, 3) == nullptr ? value.format : read.format(3, value.format, all);
  value.size_tolerance = static_cast<std::uint64_t>(read.integer("size_tolerance", 0, 0));
  return value;
}

model::StdDev read_stddev(const SpecString&, ValueReader& read) {
  model::StdDev value;
  value.reference = read.text(0);
  value.format = read.format(1, SampleFormat::s16,
                             {SampleFormat::u8, SampleFormat::s16, SampleFormat::f32, SampleFormat::f64});
  value.target = read.number(2, 0);
  value.fuzz = read.number(3, 0);
  value.size_tolerance = static_cast<std::uint64_t>(read.integer("size_tolerance", 0, 0));
  value.shift = read.integer("shift", 0, any_integer);
  return value;
}

std::optional<SpecStringError> check_values(const SpecString& spec) {
  ValueReader read(spec, true);
  if (spec.type == SpecType::one_off) read_one_off(spec, read);
  if (spec.type == SpecType::rms) read_rms(spec, read);
  if (spec.type == SpecType::stddev) read_stddev(spec, read);
  return read.error();
}

template <class T>
SpecResult<T> read_all(const SpecString& spec, T (*function)(const SpecString&, ValueReader&)) {
  ValueReader read(spec, false);
  T value = function(spec, read);
  if (read.error()) return *read.error();
  return value;
}

}  // namespace

SpecResult<model::OneOff> one_off_arguments(const SpecString& spec) { return read_all(spec, read_one_off); }
SpecResult<model::Rms> rms_arguments(const SpecString& spec) { return read_all(spec, read_rms); }
SpecResult<model::StdDev> stddev_arguments(const SpecString& spec) { return read_all(spec, read_stddev); }

}  // namespace fatespec::specs
