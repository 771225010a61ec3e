// What a run has so far: counts of verdicts, and what failing combinations have in common.
#pragma once

#include <string>
#include <vector>

#include "model/event.hpp"
#include "results/store.hpp"
#include "runner/attribution.hpp"

namespace fatespec::cli {

class RunTally {
 public:
  /// `before`: the results of a run that goes on.
  explicit RunTally(const std::vector<results::LatestResult>& before = {}) {
    for (const auto& result : before) add(result.test, result.configuration, result.verdict);
  }
  void add(const std::string& test, const std::string& configuration, model::Verdict verdict) {
    ++counts_[verdict];
    attributions_.add(test, configuration, verdict);
  }
  void add(const model::TestResult& result) { add(result.test, result.configuration, result.verdict); }

  const model::VerdictCounts& counts() const { return counts_; }
  std::vector<model::Attribution> attributions() const { return attributions_.conclude(); }

 private:
  model::VerdictCounts counts_;
  runner::AttributionCollector attributions_;
};

}  // namespace fatespec::cli
