#include "runner/environment.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "specs/shell.hpp"

namespace fatespec::runner {

std::vector<std::string> test_environment(const model::Project& project, const model::PlannedTest& test,
                                          const model::Variables& variables, const std::string& test_directory,
                                          bool here) {
  model::Variables values = {{"LC_ALL", "C"}, {"TZ", "UTC"}};
  for (const char* kept : {"PATH", "HOME"})
    if (const char* value = here ? std::getenv(kept) : nullptr) values[kept] = value;
  const auto add = [&](const model::Variables& more) {
    for (const auto& [name, value] : more) values[name] = specs::expand_text(value, variables);
  };
  add(project.env);
  if (const auto target = project.targets.find(test.target); target != project.targets.end()) add(target->second.env);
  add(test.configuration->env);
  add(test.spec->env);
  values["TEST_DIR"] = test_directory;
  std::vector<std::string> environment;
  environment.reserve(values.size());
  for (const auto& [name, value] : values) environment.push_back(fmt::format("{}={}", name, value));
  return environment;
}

}  // namespace fatespec::runner
