// The git repository of what is tested.
#pragma once

#include <map>
#include <string>

#include "model/plan.hpp"

namespace fatespec::cli {

/// `source` and `build` of a configuration, or those of the project.
std::string source_of(const model::Project& project, const model::Configuration& configuration);
std::string build_of(const model::Project& project, const model::Configuration& configuration);

/// The commit that a tree is at, "-dirty" behind it if tracked files have changes; empty if it is no git repository.
std::string revision_of(const std::string& source);

/// Of every configuration in a plan that names its source.
std::map<std::string, std::string> revisions_of(const model::TestPlan& plan);

}  // namespace fatespec::cli
