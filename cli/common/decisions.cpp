#include "cli/common/decisions.hpp"

#include <algorithm>
#include <set>

#include "specs/project_reader.hpp"

namespace fatespec::cli {

base::Result<std::vector<reports::ProvenanceRecord>> decisions_of(const std::vector<std::string>& spec_files) {
  std::vector<reports::ProvenanceRecord> decisions;
  std::set<std::string> files;
  for (const auto& spec : spec_files) files.insert(reports::provenance_file(spec));
  for (const auto& file : files) {
    const auto records = reports::read_provenance(file);
    if (!records) return records.error();
    decisions.insert(decisions.end(), records->begin(), records->end());
  }
  std::stable_sort(decisions.begin(), decisions.end(), [](const auto& a, const auto& b) { return a.when < b.when; });
  return decisions;
}

base::Result<std::vector<reports::ProvenanceRecord>> decisions_of(const model::Project& project) {
  specs::Problems ignored;  // globs without a file have no records either
  return decisions_of(specs::suite_files(project, ignored));
}

}  // namespace fatespec::cli
