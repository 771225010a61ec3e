// A unified diff of two texts, for people.
#pragma once

#include <string>
#include <string_view>

#include "model/suite.hpp"

namespace fatespec::checks {

struct DiffOptions {
  model::Comparison comparison = model::Comparison::exact;
  std::size_t context = 3;      ///< equal lines around a change
  std::size_t most_lines = 60;  ///< of the result; what is left out is said
};

/// Lines begin with `-` (expected), `+` (actual) or a space, hunks with `@@`. Empty if the texts are equal. Bytes that
/// a terminal cannot show are escaped.
std::string unified_diff(std::string_view expected, std::string_view actual, const DiffOptions& options = {});

}  // namespace fatespec::checks
