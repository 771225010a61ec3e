// Where the characters of a YAML scalar's value stand in the file (YAML 1.2, chapters 7 and 8).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "specs/problem.hpp"

namespace fatespec::specs {

/// Where a scalar's own text begins: behind the tag and the anchor at `at`.
std::size_t scalar_begin(std::string_view text, std::size_t at);

/// The offset of value[index] in the text, in whichever style the scalar at `at` is written. For index == size(): that
/// of the scalar's end, without its closing quote. As near as can be told for a value that is not the scalar's.
std::size_t place_in_scalar(std::string_view text, std::size_t at, std::string_view value, std::size_t index);

/// The same with places; where the source has no such place, that of the scalar.
base::Origin place_in_scalar(const SourceText& source, const base::Origin& scalar, std::string_view value,
                             std::size_t index);

}  // namespace fatespec::specs
