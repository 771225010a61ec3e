// The values of a spec string's arguments.
#pragma once

#include <optional>

#include "model/spec_parameters.hpp"
#include "model/spec_string.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::specs {

/// Values that still hold a variable.
enum class UnknownValues { accepted, refused };

/// The first argument whose value is wrong.
std::optional<SpecStringError> check_argument_values(const model::SpecString& spec, UnknownValues unknown);

/// The arguments with their defaults filled in. Those of `spec` must have been expanded.
SpecResult<model::OneOff> one_off_arguments(const model::SpecString& spec);
SpecResult<model::Rms> rms_arguments(const model::SpecString& spec);
SpecResult<model::StdDev> stddev_arguments(const model::SpecString& spec);
SpecResult<model::PlayerOptions> player_arguments(const model::SpecString& spec);

}  // namespace fatespec::specs
