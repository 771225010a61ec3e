#include "runner/plan/environment.hpp"

#include <cstdlib>

#include "specs/shell.hpp"

namespace fatespec::runner {

model::Variables kept_environment(bool here) {
  model::Variables kept;
  for (const char* name : {"PATH", "HOME"})
    if (const char* value = here ? std::getenv(name) : nullptr) kept[name] = value;
  return kept;
}

model::Variables added_environment(const model::Project& project, const model::PlannedTest& test,
                                   const model::Variables& variables, bool here) {
  model::Variables added;
  const auto add = [&](const model::Variables& more) {
    if (more.empty()) return;
    model::Variables known = variables;
    known.insert(added.begin(), added.end());
    known.merge(kept_environment(here));
    for (const auto& [name, value] : more) added[name] = specs::expand_text(value, known);
  };
  add(project.env);
  // A board's is the board's: of its configuration's tests some stay on this machine.
  const auto target = project.targets.find(test.target);
  if (target != project.targets.end() && target->second.is_local() == here) add(target->second.env);
  add(test.configuration->env);
  add(test.spec->default_env);
  add(test.spec->env);
  return added;
}

std::vector<std::string> test_environment(const model::Project& project, const model::PlannedTest& test,
                                          const model::Variables& variables, const std::string& test_directory,
                                          bool here) {
  model::Variables values = added_environment(project, test, variables, here);
  values.merge(kept_environment(here));
  values.try_emplace("LC_ALL", "C");
  values.try_emplace("TZ", "UTC");
  values["TEST_DIR"] = test_directory;
  std::vector<std::string> environment;
  environment.reserve(values.size());
  for (const auto& [name, value] : values) environment.push_back(name + '=' + value);
  return environment;
}

}  // namespace fatespec::runner
