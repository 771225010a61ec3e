// Reads a suite file (YAML; docs/spec-format.md) into model::Suite.
#pragma once

#include <memory>
#include <string>

#include "model/suite.hpp"
#include "specs/problem.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {

/// Reads one suite. Everything wrong with it is added to `problems`; what could be read is returned all the same, or
/// nothing if the file is no YAML at all.
std::shared_ptr<model::Suite> read_suite(const std::string& file, Problems& problems);
std::shared_ptr<model::Suite> read_suite(const YamlDocument& document, Problems& problems);

}  // namespace fatespec::specs
