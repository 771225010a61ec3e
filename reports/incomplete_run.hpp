// What reports tell of a run that was cut short.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/result.hpp"

namespace fatespec::reports {

/// An error that stands for the tests without a result, for formats that have no other place where everybody looks;
/// nothing if there are none. The configuration is that of the others.
std::optional<model::TestResult> result_of_missing(std::uint64_t planned, std::uint64_t results,
                                                   const std::string& configuration);

}  // namespace fatespec::reports
