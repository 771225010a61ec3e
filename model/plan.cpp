#include "model/plan.hpp"

namespace fatespec::model {

std::string declared_name(const PlannedTest& test) { return test.suite->name + "/" + test.spec->name; }

}  // namespace fatespec::model
