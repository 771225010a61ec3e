// Variables in the values of variables.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "model/suite.hpp"

namespace fatespec::specs {

struct ResolvedVariables {
  model::Variables values;            ///< those that have one
  std::vector<base::Error> problems;  ///< each circle, and each value that is too long
};

/// Replaces variables in the values of variables. `surroundings` are names that values may use, too, where no variable
/// has them: `$HOME`.
ResolvedVariables resolve_variables(const model::Variables& variables, const model::Places& origins,
                                    const model::Variables& surroundings = {});

}  // namespace fatespec::specs
