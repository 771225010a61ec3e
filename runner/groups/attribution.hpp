// What the failing combinations of a matrix have in common.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"
#include "model/plan.hpp"
#include "model/result.hpp"

namespace fatespec::runner {

/// One combination of a matrix and whether its test failed.
struct Outcome {
  model::Combination combination;
  bool failed = false;
};

/// "fails exactly when CPUFLAGS=avx2 and THREADS>1": the smallest box of values around the failures. "fails only when …
/// (3 of 4)" if some in the box are good. Empty if none or all fail, or if the box is everything.
std::string attribute(const std::vector<Outcome>& outcomes);

/// Collects the outcomes of a run by test and configuration. A known failure fails, and one that passed all of a sudden
/// does not; of tests without a bad verdict nothing is said.
class AttributionCollector {
 public:
  /// What is said tells how many combinations it goes by, if not all have told something.
  void add(const model::PlannedTest& test, model::Verdict verdict);
  /// The combination is read from the test's full name. Values that hold `,` or `=` make names that could mean several:
  /// then nothing is said of the test.
  void add(const std::string& test, const std::string& configuration, model::Verdict verdict);
  std::vector<model::Attribution> conclude() const;

 private:
  void note(model::TestId group, model::Combination combination, model::Verdict verdict);
  std::map<model::TestId, std::vector<Outcome>> outcomes_;
  std::map<model::TestId, std::size_t> declared_;  ///< how many combinations the matrix has, as far as is known
  std::set<model::TestId> bad_;                    ///< some verdict is
  std::set<model::TestId> unclear_;                ///< not all of their combinations are known
};

/// Of all results of a run; none of fewer: what was not run may fail as well.
std::vector<model::Attribution> attributions_of(const model::Run& run, const std::vector<model::TestResult>& results);

}  // namespace fatespec::runner
