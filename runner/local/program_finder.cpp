#include "runner/local/program_finder.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "runner/plan/variables.hpp"

namespace fatespec::runner {

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const auto& entry : environment)
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string_view(entry).substr(name.size() + 1);
  return {};
}

const std::string& ProgramFinder::find(const std::string& name, const std::vector<std::string>& environment) {
  const std::string path(value_of(environment, "PATH"));
  auto& found = programs_[{path, name}];
  if (!found.empty()) return found;
  if (name.find('/') != std::string::npos) return found = name;
  return found = find_on_path(name, path);
}

bool ProgramFinder::depends_on_directory(const std::string& name, const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) return false;
  const std::string path(value_of(environment, "PATH"));
  const auto [known, is_new] = relative_.try_emplace(path);
  if (is_new) {
    const auto directories = base::split(path, ':');
    known->second = std::any_of(directories.begin(), directories.end(),
                                [](std::string_view directory) { return !directory.starts_with('/'); });
  }
  return known->second;
}

}  // namespace fatespec::runner
