// Reads what a configuration file says of a Slurm cluster.
#pragma once

#include <string>

#include "model/configuration.hpp"
#include "specs/problem.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {

/// Relative paths begin at `directory`.
void read_slurm(YamlNode node, const std::string& directory, model::Slurm& slurm, Problems& problems);

}  // namespace fatespec::specs
