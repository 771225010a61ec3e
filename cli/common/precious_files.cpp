#include "cli/common/precious_files.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/common/inputs.hpp"
#include "runner/plan/command_line.hpp"
#include "specs/project_reader.hpp"

namespace fatespec::cli {

std::vector<std::string> precious_files(const model::Project& project, const std::string& results_option,
                                        const std::vector<std::shared_ptr<const model::Suite>>& suites) {
  specs::Problems ignored;
  std::vector<std::string> files = specs::suite_files(project, ignored);
  for (const auto& suite : suites) files.push_back(suite->file);
  files.push_back(project.file);
  const std::string results = results_location(project, results_option);
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) files.push_back(results + ending);  // SQLite's own
  return files;
}

std::set<std::string> reference_files(const model::TestPlan& plan) {
  std::set<std::string> files;
  const auto add = [&](const model::PlannedTest& test, const std::string& text) {
    files.insert(runner::absolute_path(text, *test.variables, test.suite->directory));
  };
  for (const auto& test : plan.tests) {
    const auto& spec = *test.spec;
    for (const auto* file : {&spec.expect.output_file, &spec.expect.error_file})
      if (*file) add(test, (*file)->text);
    if (model::compares_samples(spec.parsed.type)) add(test, spec.parsed.arguments.front().value);
  }
  return files;
}

base::Result<void> check_spared(const std::string& option, const std::string& path,
                                const std::vector<std::string>& files) {
  std::error_code ignored;
  // One of them may not be there yet.
  const auto place_of = [&](const std::string& name) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(name), ignored);
  };
  const auto is_same = [&](const std::string& file) {
    if (file.empty() || std::filesystem::equivalent(path, file, ignored)) return !file.empty();
    const std::filesystem::path place = place_of(file);
    return !place.empty() && place == place_of(path);
  };
  for (const auto& file : files)
    if (!path.empty() && path != "-" && is_same(file))
      return base::usage_error(fmt::format("{} {}: that would overwrite {}; name another file", option, path, file));
  return {};
}

}  // namespace fatespec::cli
