#include "runner/plan/plan_builder.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/plan/environment.hpp"
#include "runner/plan/variable_check.hpp"
#include "runner/plan/variables.hpp"
#include "specs/shell.hpp"
#include "specs/variable_resolution.hpp"

namespace fatespec::runner {
namespace {

using model::PlannedTest;
using model::SpecType;

/// Why a condition that needs no probe does not hold; empty if it does.
std::string unmet(const model::Condition& condition, const model::Configuration& configuration,
                  const std::string& target) {
  const auto any_glob = [](const std::vector<std::string>& globs, const std::string& text) {
    return globs.empty() ||
           std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return base::glob_match(glob, text); });
  };
  if (!any_glob(condition.configurations, configuration.name))
    return fmt::format("only if the configuration is {}", fmt::join(condition.configurations, " or "));
  if (!any_glob(condition.targets, target))
    return fmt::format("only if the target is {}", fmt::join(condition.targets, " or "));
  for (const auto& tag : condition.tags) {
    const bool unwanted = tag.starts_with('!');
    const std::string name = unwanted ? tag.substr(1) : tag;
    const bool there =
        std::find(configuration.tags.begin(), configuration.tags.end(), name) != configuration.tags.end();
    if (there == unwanted) return fmt::format("only if the configuration has {} tag {}", unwanted ? "no" : "the", name);
  }
  return "";
}

std::optional<std::string> skip_reason(const model::TestSpec& test, const model::Configuration& configuration,
                                       const std::string& target) {
  if (test.skip) return *test.skip;
  std::string reason;
  for (const auto& condition : test.only_if) {
    reason = unmet(condition, configuration, target);
    if (reason.empty()) break;
  }
  if (!reason.empty()) return reason;
  return std::nullopt;
}

/// The probes that decide whether a test runs: none if some condition holds without one.
std::vector<std::string> probes_of(const model::TestSpec& test, const model::Configuration& configuration,
                                   const std::string& target) {
  std::vector<std::string> probes;
  for (const auto& condition : test.only_if) {
    if (!unmet(condition, configuration, target).empty()) continue;
    if (condition.probe.empty()) return {};
    probes.push_back(condition.probe);
  }
  return probes;
}

/// Every combination of a matrix, the last axis turning fastest.
std::vector<model::Combination> combinations(const std::vector<model::MatrixAxis>& matrix) {
  std::vector<model::Combination> all = {{}};
  for (const auto& axis : matrix) {
    decltype(all) longer;
    for (const auto& combination : all)
      for (const auto& value : axis.values) {
        longer.push_back(combination);
        longer.back().emplace_back(axis.name, value);
      }
    all = std::move(longer);
  }
  return all;
}

class PlanBuilder {
 public:
  PlanBuilder(std::shared_ptr<const model::Project> project, const PlanOptions& options, specs::Problems& problems)
      : options_(options),
        problems_(problems),
        variable_sources_(variable_sources(options.set, options.environment.value_or(classic_environment()))),
        variables_(*project, sources_, problems) {
    plan_.project = std::move(project);
    for (const auto& configuration : plan_.project->configurations)
      configurations_.push_back(std::make_shared<const model::Configuration>(configuration));
  }

  model::TestPlan run(const std::vector<std::shared_ptr<const model::Suite>>& suites) {
    check_suite_names(suites);
    const auto chosen = chosen_configurations();
    std::size_t tests = 0;
    for (const auto& suite : suites) tests += suite->tests.size();
    if (options_.filter == nullptr) plan_.tests.reserve(tests * chosen.size());
    for (const auto& configuration : chosen) {
      for (const auto& suite : suites) add_suite(suite, configuration);
    }
    return std::move(plan_);
  }

 private:
  std::vector<std::shared_ptr<const model::Configuration>> chosen_configurations() {
    if (options_.configurations.empty()) return configurations_;
    std::vector<std::shared_ptr<const model::Configuration>> chosen;
    for (const auto& name : options_.configurations) {
      const auto found =
          std::find_if(configurations_.begin(), configurations_.end(), [&](const auto& c) { return c->name == name; });
      if (found != configurations_.end()) {
        if (std::find(chosen.begin(), chosen.end(), *found) == chosen.end()) chosen.push_back(*found);
        continue;
      }
      std::vector<std::string> names;
      for (const auto& configuration : configurations_) names.push_back(configuration->name);
      problems_.add({{plan_.project->file.empty() ? "--configuration" : plan_.project->file, 0, 0},
                     fmt::format("no configuration is named `{}`{}", name, base::did_you_mean(name, names)),
                     "",
                     1});
    }
    return chosen;
  }

  void check_suite_names(const std::vector<std::shared_ptr<const model::Suite>>& suites) {
    std::map<std::string, std::string> files;
    for (const auto& suite : suites) {
      const auto [first, added] = files.try_emplace(suite->name, suite->file);
      if (!added)
        problems_.add(sources_.of(suite->file), suite->name_origin,
                      fmt::format("the suite `{}` is already defined by {}", suite->name, first->second));
    }
  }

  void add_suite(const std::shared_ptr<const model::Suite>& suite,
                 const std::shared_ptr<const model::Configuration>& configuration) {
    is_here_ = model::board_of(*plan_.project, configuration->target) == nullptr;
    const VariableLayer layer = variables_for(*plan_.project, *configuration, *suite, variable_sources_, is_here_);
    const auto shared = resolve(layer);
    if (!shared) return;
    variables_.begin(layer);
    names_.clear();
    for (const auto& test : suite->tests) {
      PlannedTest planned;
      planned.suite = suite;
      planned.spec = test;
      planned.configuration = configuration;
      planned.target = configuration->target;
      planned.timeout = options_.timeout ? *options_.timeout : test->timeout;
      planned.retries = options_.retries.value_or(std::max(test->retries, test->retry_if ? 1 : 0));
      planned.skip_reason = skip_reason(*test, *configuration, planned.target);
      scale_timeout(planned);
      planned.probes =
          planned.skip_reason ? std::vector<std::string>() : probes_of(*test, *configuration, planned.target);
      const auto all = combinations(test->matrix);
      planned_whole_ = test->agree && any_selected(planned, all);
      for (const auto& combination : all) add_test(planned, combination, layer, shared);
    }
  }

  // Combinations that are compared with each other are selected together or not at all.
  bool any_selected(PlannedTest planned, const std::vector<model::Combination>& all) {
    bool any = false;
    for (const auto& combination : all) {
      planned.matrix = combination;
      planned.name = model::full_name(*planned.suite, *planned.spec, planned.matrix);
      any = options_.filter == nullptr || options_.filter->matches(planned) || any;
    }
    return any;
  }

  void scale_timeout(PlannedTest& planned) const {
    const auto target = plan_.project->targets.find(planned.target);
    if (target == plan_.project->targets.end() || !planned.timeout) return;
    constexpr double longest = 1e18;  // nanoseconds: thirty years, and near the end of their range
    const double scaled = static_cast<double>(planned.timeout->count()) * target->second.timeout_factor;
    planned.timeout = base::Duration(static_cast<std::int64_t>(std::min(scaled, longest)));
  }

  void add_test(PlannedTest planned, model::Combination combination, const VariableLayer& layer,
                const std::shared_ptr<const model::Variables>& shared) {
    planned.matrix = std::move(combination);
    planned.name = model::full_name(*planned.suite, *planned.spec, planned.matrix);
    if (!names_.insert(planned.name).second) {
      if (!reported_.insert(planned.suite->file + "\n" + planned.name).second) return;
      problems_.add(sources_.of(planned.suite->file), planned.spec->origin,
                    fmt::format("two tests are named `{}`", planned.name));
      return;
    }
    planned.index = planned.rank = plan_.tests.size();
    const bool selected = options_.filter == nullptr || planned_whole_ || options_.filter->matches(planned);
    if (!selected) return;
    planned.variables = planned.matrix.empty() ? shared : resolve_matrix(planned, layer);
    if (!planned.variables) return;
    for (auto& probe : planned.probes) probe = specs::expand_command(probe, *planned.variables);
    if (!planned.skip_reason) planned.skip_reason = lacks_player(planned);
    if (!planned.skip_reason) variables_.check(planned);
    plan_.tests.push_back(std::move(planned));
  }

  /// Here the player is beside this program; on a board nobody knows where, until it is said.
  std::optional<std::string> lacks_player(const PlannedTest& planned) const {
    if (planned.spec->parsed.type != SpecType::player || planned.variables->contains(player_variable))
      return std::nullopt;
    if (model::board_of(*plan_.project, planned) == nullptr) return std::nullopt;
    return fmt::format("no player on {}: the variable {} is to name it", planned.target, player_variable);
  }

  std::shared_ptr<const model::Variables> resolve_matrix(const PlannedTest& planned, const VariableLayer& layer) {
    VariableLayer own = layer;
    own.add(matrix_variables(planned.matrix, *planned.suite, is_here_));
    return resolve(own);
  }

  std::shared_ptr<const model::Variables> resolve(const VariableLayer& layer) {
    auto resolved = specs::resolve_variables(layer.values, layer.origins, kept_environment(is_here_));
    if (resolved.problems.empty()) return std::make_shared<const model::Variables>(std::move(resolved.values));
    for (const auto& problem : resolved.problems)
      if (reported_.insert(problem.str()).second)
        problems_.add(sources_.of(problem.origin.file), problem.origin, problem.message);
    return nullptr;
  }

  const PlanOptions& options_;
  specs::Problems& problems_;
  VariableSources variable_sources_;
  SuiteSources sources_;
  VariableCheck variables_;
  std::vector<std::shared_ptr<const model::Configuration>> configurations_;
  model::TestPlan plan_;
  std::unordered_set<std::string> names_;
  bool is_here_ = true;         ///< the configuration at hand has no board
  bool planned_whole_ = false;  ///< all combinations of the test at hand are selected
  std::set<std::string> reported_;
};

}  // namespace

model::TestPlan build_plan(std::shared_ptr<const model::Project> project,
                           const std::vector<std::shared_ptr<const model::Suite>>& suites, const PlanOptions& options,
                           specs::Problems& problems) {
  return PlanBuilder(std::move(project), options, problems).run(suites);
}

}  // namespace fatespec::runner
