// What `accept` has decided about references: its records beside spec files.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/configuration.hpp"
#include "reports/provenance.hpp"

namespace fatespec::cli {

/// Of these spec files, the oldest first. An error if records are there and cannot be read.
base::Result<std::vector<reports::ProvenanceRecord>> decisions_of(const std::vector<std::string>& spec_files);
/// Of all spec files of a project.
base::Result<std::vector<reports::ProvenanceRecord>> decisions_of(const model::Project& project);

}  // namespace fatespec::cli
