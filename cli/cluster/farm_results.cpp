#include "cli/cluster/farm_results.hpp"

#include "runner/plan/command_line.hpp"

namespace fatespec::cli {

FarmResults::FarmResults(const model::TestPlan& plan, const base::Clock& clock,
                         const std::vector<results::LatestResult>& before,
                         std::function<void(const model::RunEvent&)> emit)
    : project_(*plan.project), clock_(clock), emit_(std::move(emit)), tally_(plan, before) {
  for (const auto& test : plan.tests)
    if (test.repetition == 0) waiting_[model::id_of(test)] = &test;
}

const model::PlannedTest* FarmResults::waiting(const model::TestId& test) const {
  const auto found = waiting_.find(test);
  return found == waiting_.end() ? nullptr : found->second;
}

bool FarmResults::take(model::TestResult result) {
  const auto* test = waiting(model::id_of(result));
  if (test == nullptr) return false;
  result.index = test->index;
  result.suite = test->suite->name;
  if (result.tags.empty()) result.tags = test->spec->tags;
  waiting_.erase(model::id_of(result));
  tally_.add(result);
  emit_(model::TestFinished{std::make_shared<const model::TestResult>(std::move(result))});
  return true;
}

void FarmResults::take_error(const model::TestId& test, const std::string& reason) {
  const auto* planned = waiting(test);
  if (planned == nullptr) return;
  auto result = farm::error_of(test, reason, clock_.utc());
  result.target = planned->target;
  result.command = runner::paste_line(project_, *planned);
  take(std::move(result));
}

void FarmResults::take_error_of_stranger(const model::TestId& test, const std::string& reason) {
  auto result = farm::error_of(test, reason, clock_.utc());
  tally_.add_stranger(result);
  emit_(model::TestFinished{std::make_shared<const model::TestResult>(std::move(result))});
}

}  // namespace fatespec::cli
