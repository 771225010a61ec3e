// The grammar of a spec string: `[{TYPE[,ARGUMENT]...} ]REST`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/comparison.hpp"
#include "model/defect.hpp"
#include "model/spec_string.hpp"

namespace fatespec::specs {

/// What is wrong with a spec string, and where in it.
struct SpecStringError {
  std::string message;
  std::size_t offset = 0;
  std::size_t length = 1;
};

template <class T>
using SpecResult = boost::system::result<T, SpecStringError>;

/// Takes a spec string apart and checks its type, the number of its arguments and those of their values that hold no
/// variable.
SpecResult<model::SpecString> parse_spec_string(std::string_view text);

/// Values that still hold a variable.
enum class UnknownValues { accepted, refused };

/// The first argument whose value is wrong.
std::optional<SpecStringError> check_argument_values(const model::SpecString& spec, UnknownValues unknown);

/// Every TYPE there is: "FILESIZE", "MD5", …
const std::vector<std::string>& spec_type_names();

/// Arguments of the comparing types with their defaults filled in. The arguments of `spec` must have been expanded.
SpecResult<model::OneOff> one_off_arguments(const model::SpecString& spec);
SpecResult<model::Rms> rms_arguments(const model::SpecString& spec);
SpecResult<model::StdDev> stddev_arguments(const model::SpecString& spec);
SpecResult<model::PlayerOptions> player_arguments(const model::SpecString& spec);

}  // namespace fatespec::specs
