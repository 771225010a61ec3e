// What the failing combinations of a matrix have in common.
#pragma once

#include <map>
#include <optional>
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
  std::optional<bool> failed;  ///< nothing: it was skipped, or is an error
};

/// "fails exactly when CPUFLAGS=avx2 and THREADS>1": the smallest box of values around the failures. "fails only when …
/// (3 of 4)" if some in the box are good. Empty if none or all fail, or if the box is everything. Of values without an
/// outcome nothing is claimed; `declared`: those of the matrix, where it is known, in the order of the combinations.
std::string attribute(const std::vector<Outcome>& outcomes, const std::vector<model::MatrixAxis>& declared = {});

/// Collects the outcomes of a run by test and configuration. A known failure fails, and one that passed all of a sudden
/// does not; of tests without a bad verdict nothing is said.
class AttributionCollector {
 public:
  /// What is said tells how many combinations it goes by, if not all have told something.
  void add(const model::PlannedTest& test, model::Verdict verdict);
  /// The combination is read from the test's full name, as values that hold `,` or `=` make names that could mean
  /// several: axes are those of the plan, or else what all of the test's names have in common.
  void add(const std::string& test, const std::string& configuration, model::Verdict verdict);
  std::vector<model::Attribution> conclude() const;

 private:
  struct Group {
    std::vector<model::MatrixAxis> axes;  ///< of the plan; empty if none of it was planned
    std::vector<Outcome> outcomes;
    std::vector<std::pair<std::string, model::Verdict>> named;  ///< combinations as names have them
    bool has_bad = false;
  };
  static void note(Group& group, model::Combination combination, model::Verdict verdict);
  static std::optional<Group> whole(Group group);

  std::map<model::TestId, Group> groups_;
};

/// Of all results of a run; none of fewer: what was not run may fail as well.
std::vector<model::Attribution> attributions_of(const model::Run& run, const std::vector<model::TestResult>& results);

}  // namespace fatespec::runner
