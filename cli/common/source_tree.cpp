#include "cli/common/source_tree.hpp"

#include "base/text.hpp"
#include "cli/common/tool_output.hpp"

namespace fatespec::cli {

std::string source_of(const model::Project& project, const model::Configuration& configuration) {
  return configuration.source.empty() ? project.source : configuration.source;
}

std::string build_of(const model::Project& project, const model::Configuration& configuration) {
  return configuration.build.empty() ? project.build : configuration.build;
}

std::string revision_of(const std::string& source) {
  constexpr auto limit = std::chrono::minutes(1);
  const std::string git = "git --no-optional-locks -C " + base::shell_quote(source);  // somebody may be at work there
  std::string revision(base::trim(tool_output(git + " rev-parse HEAD", limit)));
  if (revision.empty()) return "";
  const auto changes = ask_tool(git + " status --porcelain --untracked-files=no", limit);
  if (changes.status != 0) return "";  // it is not known what is tested
  if (!changes.text.empty()) revision += "-dirty";
  return revision;
}

std::map<std::string, std::string> revisions_of(const model::TestPlan& plan) {
  std::map<std::string, std::string> of_source;
  std::map<std::string, std::string> revisions;
  for (const auto& test : plan.tests) {
    const std::string source = source_of(*plan.project, *test.configuration);
    if (source.empty() || revisions.contains(test.configuration->name)) continue;
    if (!of_source.contains(source)) of_source[source] = revision_of(source);
    revisions[test.configuration->name] = of_source[source];
  }
  std::erase_if(revisions, [](const auto& entry) { return entry.second.empty(); });
  return revisions;
}

}  // namespace fatespec::cli
