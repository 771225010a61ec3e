// A test's result as JSON, with nothing left out: what travels from a node to whoever submitted.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/error.hpp"
#include "model/result.hpp"

namespace fatespec::farm {

nlohmann::json to_json(const model::TestResult& result);
/// What is missing or of another type is as in an empty result; one without test or verdict is an error.
base::Result<model::TestResult> result_from(const nlohmann::json& object);

}  // namespace fatespec::farm
