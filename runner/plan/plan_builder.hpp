// Suites and configurations become a plan: matrices expanded, variables resolved, reasons to skip known.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "specs/filter.hpp"
#include "specs/problem.hpp"

namespace fatespec::runner {

struct PlanOptions {
  std::vector<std::string> configurations;  ///< names; empty: all
  model::Variables set;
  std::optional<model::Variables> environment;           ///< of the classic names; none: that of this process
  std::optional<std::optional<base::Duration>> timeout;  ///< instead of the tests' own
  std::optional<int> retries;
  specs::Filter* filter = nullptr;
};

/// Builds the plan. What is wrong is added to `problems`; the plan must then not be run. Tests that the filter does not
/// select are left out and not examined. Probes of `only_if` are not run: that is done when the plan is.
model::TestPlan build_plan(std::shared_ptr<const model::Project> project,
                           const std::vector<std::shared_ptr<const model::Suite>>& suites, const PlanOptions& options,
                           specs::Problems& problems);

}  // namespace fatespec::runner
