// What reports tell of a run that was cut short.
#pragma once

#include <cstdint>
#include <optional>

#include "model/result.hpp"

namespace fatespec::reports {

/// An error that stands for the tests without a result, for formats that have no other place where everybody looks;
/// nothing if there are none. Which configuration they are of is not known: it has `like`'s, if there is that.
std::optional<model::TestResult> result_of_missing(std::uint64_t planned, std::uint64_t results,
                                                   const model::TestResult* like);

}  // namespace fatespec::reports
