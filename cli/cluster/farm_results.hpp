// What shards tell, as the results of one run.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "cli/run/run_tally.hpp"
#include "farm/shard_file.hpp"
#include "model/event.hpp"

namespace fatespec::cli {

/// Hands on each test's first result, and forgets about the others. The tests are those of the plan.
class FarmResults {
 public:
  /// `before`: the results that the run has already.
  FarmResults(const model::TestPlan& plan, const base::Clock& clock, const std::vector<results::LatestResult>& before,
              std::function<void(const model::RunEvent&)> emit);

  /// Tests without a result.
  std::size_t waiting() const { return waiting_.size(); }
  /// Null if the test has a result, or is none of the plan's.
  const model::PlannedTest* waiting(const model::TestId& test) const;
  const model::VerdictCounts& counts() const { return tally_.counts(); }
  std::vector<model::Attribution> attributions() const { return tally_.attributions(); }

  /// False if the test has a result already, by this attempt at its shard or another.
  bool take(model::TestResult result);
  /// The verdict `error`, unless it has a result.
  void take_error(const model::TestId& test, const std::string& reason);
  /// The same of a test that the plan does not have.
  void take_error_of_stranger(const model::TestId& test, const std::string& reason);

 private:
  const model::Project& project_;
  const base::Clock& clock_;
  std::function<void(const model::RunEvent&)> emit_;
  std::map<model::TestId, const model::PlannedTest*> waiting_;
  RunTally tally_;
};

}  // namespace fatespec::cli
