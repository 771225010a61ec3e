// Reads `fatespec.yaml` into model::Project, and finds it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/configuration.hpp"
#include "specs/problem.hpp"

namespace fatespec::specs {

inline constexpr const char* project_file_name = "fatespec.yaml";

/// The nearest `fatespec.yaml` in `directory` or above it.
std::optional<std::string> find_project_file(const std::string& directory);

/// Reads a configuration file; problems are collected. Nothing if the file is no YAML at all.
std::shared_ptr<model::Project> read_project(const std::string& file, Problems& problems);

/// The project that is in force without a configuration file: one configuration named `default`, run here.
std::shared_ptr<model::Project> default_project(const std::string& directory);

/// The spec files that the globs of a project name, in the globs' order and each sorted. A glob that matches nothing is
/// a problem.
std::vector<std::string> suite_files(const model::Project& project, Problems& problems);

}  // namespace fatespec::specs
