// What a run has so far: counts of verdicts, and what failing combinations have in common.
#pragma once

#include <string>
#include <vector>

#include "model/event.hpp"
#include "results/store.hpp"
#include "runner/groups/attribution.hpp"

namespace fatespec::cli {

class RunTally {
 public:
  /// `before`: the results of a run that goes on. The plan lives as long as the tally.
  RunTally(const model::TestPlan& plan, const std::vector<results::LatestResult>& before) : plan_(plan) {
    for (const auto& result : before) {
      ++counts_[result.verdict];
      attributions_.add(result.test, result.configuration, result.verdict);
    }
  }
  void add(const model::TestResult& result) {
    ++counts_[result.verdict];
    attributions_.add(plan_.tests.at(result.index), result.verdict);
  }
  /// A result of a test that the plan does not have.
  void add_stranger(const model::TestResult& result) { ++counts_[result.verdict]; }

  const model::VerdictCounts& counts() const { return counts_; }
  std::vector<model::Attribution> attributions() const { return attributions_.conclude(); }

 private:
  const model::TestPlan& plan_;
  model::VerdictCounts counts_;
  runner::AttributionCollector attributions_;
};

}  // namespace fatespec::cli
