// Reads what a configuration file says of a target.
#pragma once

#include <string>

#include "model/configuration.hpp"
#include "specs/problem.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {

/// Relative paths on this machine begin at `directory`.
void read_target(YamlNode node, const std::string& directory, model::Target& target, Problems& problems);

}  // namespace fatespec::specs
