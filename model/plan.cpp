#include "model/plan.hpp"

namespace fatespec::model {

std::string declared_name(const PlannedTest& test) { return test.suite->name + "/" + test.spec->name; }

const Target* board_of(const Project& project, const std::string& target) {
  const auto found = project.targets.find(target);
  return found == project.targets.end() || found->second.is_local() ? nullptr : &found->second;
}

const Target* board_of(const Project& project, const PlannedTest& test) {
  return stays_local(test.spec->parsed.type) ? nullptr : board_of(project, test.target);
}

}  // namespace fatespec::model
