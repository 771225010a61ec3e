#include "reports/incomplete_run.hpp"

#include <fmt/format.h>

namespace fatespec::reports {

std::optional<model::TestResult> result_of_missing(std::uint64_t planned, std::uint64_t results,
                                                   const model::TestResult* like) {
  if (results >= planned) return std::nullopt;
  model::TestResult missing;
  missing.suite = "fatespec";
  missing.test = "fatespec/all-tests-have-run";
  missing.configuration = like == nullptr ? "default" : like->configuration;
  missing.verdict = model::Verdict::error;
  missing.reason =
      fmt::format("{} of {} tests have no result: the run was cut short, or is under way", planned - results, planned);
  return missing;
}

}  // namespace fatespec::reports
