// What the failing combinations of a matrix have in common.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"
#include "model/plan.hpp"

namespace fatespec::runner {

/// One combination of a matrix and whether its test was bad.
struct Outcome {
  std::vector<std::pair<std::string, std::string>> combination;
  bool bad = false;
};

/// "fails exactly when CPUFLAGS=avx2 and THREADS>1": the smallest box of values around the failures. "fails only when …
/// (3 of 4)" if some in the box are good. Empty if none or all fail, or if the box is everything.
std::string attribute(const std::vector<Outcome>& outcomes);

/// Collects the outcomes of a run by test and configuration.
class AttributionCollector {
 public:
  /// `test`: its full name, which tells the combination.
  void add(const std::string& test, const std::string& configuration, model::Verdict verdict);
  std::vector<model::Attribution> conclude() const;

 private:
  std::map<std::pair<std::string, std::string>, std::vector<Outcome>> outcomes_;  ///< (test, configuration)
};

/// Of all results of a run.
std::vector<model::Attribution> attributions_of(const std::vector<model::TestResult>& results);

}  // namespace fatespec::runner
