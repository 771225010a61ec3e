#include "specs/spec_arguments.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/fault.hpp"

namespace fatespec::specs {
namespace {

using model::SampleFormat;
using model::SpecArgument;
using model::SpecString;
using model::SpecType;

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

/// With its name.
std::size_t whole_length(const SpecArgument& argument) {
  return argument.value.size() + (argument.name.empty() ? 0 : argument.name.size() + 1);
}

SpecStringError wrong_value(const SpecArgument& argument, const std::string& expected) {
  return {fmt::format("`{}` is not {}", argument.value, expected), argument.offset, whole_length(argument)};
}

/// Reads values one by one and remembers the first that is wrong.
class ValueReader {
 public:
  ValueReader(const SpecString& spec, UnknownValues unknown) : spec_(spec), unknown_(unknown) {}

  bool has(std::size_t position) const { return positional(spec_, position) != nullptr; }

  std::string text(std::size_t position) const { return positional(spec_, position)->value; }

  double number(std::size_t position, double at_least) {
    const auto* argument = checked(positional(spec_, position));
    if (argument == nullptr) return 0;
    const auto value = base::parse_number(argument->value);
    if (!value) fail(*argument, "a number");
    else if (*value < at_least) fail(*argument, fmt::format("a number of at least {}", at_least));
    return value.value_or(0);
  }

  /// What must be less than 0 never is.
  double positive_number(std::size_t position) {
    const double value = number(position, 0);
    if (const auto* argument = checked(positional(spec_, position)); argument != nullptr && value <= 0)
      fail(*argument, "a number above 0: what is compared must be below it");
    return value;
  }

  /// 0 if it is not given.
  std::int64_t integer(std::string_view name) {
    const auto* argument = checked(named(spec_, name));
    if (argument == nullptr) return 0;
    const auto value = base::parse_integer(argument->value);
    if (!value) fail(*argument, "a whole number");
    return value.value_or(0);
  }

  std::uint64_t count(std::string_view name, std::uint64_t otherwise = 0) {
    const auto* argument = checked(named(spec_, name));
    if (argument == nullptr) return otherwise;
    const auto value = base::parse_integer(argument->value);
    if (!value || *value < 0) fail(*argument, "a whole number of 0 or more");
    return static_cast<std::uint64_t>(value.value_or(0));
  }

  /// Those of `{PLAYER}` that are named as defects are.
  std::map<model::Defect, std::uint64_t> limits() {
    std::map<model::Defect, std::uint64_t> limits;
    for (const auto& argument : spec_.arguments)
      if (const auto defect = model::defect_named(argument.name)) limits[*defect] = count(argument.name);
    return limits;
  }

  /// The first of `allowed` if it is not given.
  std::string one_of(std::string_view name, const std::vector<std::string>& allowed) {
    const auto* argument = checked(named(spec_, name));
    if (argument == nullptr) return allowed.front();
    if (std::find(allowed.begin(), allowed.end(), argument->value) == allowed.end())
      fail(*argument, fmt::format("one of {}", fmt::join(allowed, " ")));
    return argument->value;
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

  /// "crash@1.5s,drop_packets@3s:5"
  std::string faults(std::string_view name) {
    const auto* argument = named(spec_, name);
    if (checked(argument) != nullptr)
      if (const auto faults = model::parse_faults(argument->value); !faults) {
        if (!error_) error_ = SpecStringError{faults.error().message, argument->offset, whole_length(*argument)};
      }
    return argument == nullptr ? "" : argument->value;
  }

  const std::optional<SpecStringError>& error() const { return error_; }

 private:
  const SpecArgument* checked(const SpecArgument* argument) const {
    if (argument == nullptr) return nullptr;
    const bool is_unknown = argument->value.find('$') != std::string::npos;
    return is_unknown && unknown_ == UnknownValues::accepted ? nullptr : argument;
  }
  void fail(const SpecArgument& argument, const std::string& expected) {
    if (!error_) error_ = wrong_value(argument, expected);
  }

  const SpecString& spec_;
  UnknownValues unknown_;
  std::optional<SpecStringError> error_;
};

model::OneOff read_one_off(ValueReader& read) {
  model::OneOff value;
  value.reference = read.text(0);
  value.format = read.precision(1);
  value.tolerance = read.count("tolerance", 1);
  value.size_tolerance = read.count("size_tolerance");
  return value;
}

model::Rms read_rms(ValueReader& read) {
  const auto all = {SampleFormat::s8,  SampleFormat::s16, SampleFormat::s24,
                    SampleFormat::s32, SampleFormat::f32, SampleFormat::f64};
  model::Rms value;
  value.reference = read.text(0);
  value.threshold = read.positive_number(1);
  value.format = read.format(2, SampleFormat::s16, all);
  value.reference_format = read.has(3) ? read.format(3, value.format, all) : value.format;
  value.size_tolerance = read.count("size_tolerance");
  return value;
}

model::StdDev read_stddev(ValueReader& read) {
  model::StdDev value;
  value.reference = read.text(0);
  value.format =
      read.format(1, SampleFormat::s16, {SampleFormat::u8, SampleFormat::s16, SampleFormat::f32, SampleFormat::f64});
  value.target = read.number(2, 0);
  value.fuzz = read.number(3, 0);
  value.size_tolerance = read.count("size_tolerance");
  value.shift = read.integer("shift");
  return value;
}

model::PlayerOptions read_player(ValueReader& read) {
  model::PlayerOptions value;
  value.virtual_clock = read.one_of("clock", {"real", "virtual"}) == "virtual";
  value.max_defects = read.count("max_defects");
  value.limits = read.limits();
  value.inject = read.faults("inject");
  return value;
}

template <class T>
SpecResult<T> read_all(const SpecString& spec, T (*function)(ValueReader&)) {
  ValueReader read(spec, UnknownValues::refused);
  T value = function(read);
  if (read.error()) return *read.error();
  return value;
}

}  // namespace

std::optional<SpecStringError> check_argument_values(const SpecString& spec, UnknownValues unknown) {
  ValueReader read(spec, unknown);
  switch (spec.type) {
    case SpecType::one_off: read_one_off(read); break;
    case SpecType::rms: read_rms(read); break;
    case SpecType::stddev: read_stddev(read); break;
    case SpecType::player: read_player(read); break;
    default: break;
  }
  return read.error();
}

SpecResult<model::OneOff> one_off_arguments(const SpecString& spec) { return read_all(spec, read_one_off); }
SpecResult<model::Rms> rms_arguments(const SpecString& spec) { return read_all(spec, read_rms); }
SpecResult<model::StdDev> stddev_arguments(const SpecString& spec) { return read_all(spec, read_stddev); }
SpecResult<model::PlayerOptions> player_arguments(const SpecString& spec) { return read_all(spec, read_player); }

}  // namespace fatespec::specs
