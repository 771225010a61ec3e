#include "runner/groups/agreement.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "checks/verdict.hpp"
#include "model/plan.hpp"

namespace fatespec::runner {
namespace {

using model::TestResult;
using Camps = std::map<std::string, std::vector<ResultPtr>>;  ///< by what they wrote

/// "[CPU=avx2,THREADS=4]": what tells the combinations of one test apart.
std::string combination(const TestResult& result) {
  const std::size_t name = model::parse_full_name(result.test).declared.size();
  return name == result.test.size() ? result.test : result.test.substr(name);
}

std::string first_line(const TestResult& result) {
  const auto lines = base::split_lines(result.output.text);
  return lines.empty() ? "nothing" : base::shorten(base::printable(lines.front()), 60);
}

/// More than half of them; nothing if there is none.
const std::vector<ResultPtr>* majority(const Camps& camps, std::size_t all) {
  const auto found = std::find_if(camps.begin(), camps.end(), [&](const auto& c) { return 2 * c.second.size() > all; });
  return found == camps.end() ? nullptr : &found->second;
}

std::string describe(const Camps& camps) {
  std::string text;
  for (const auto& [fingerprint, members] : camps) {
    std::vector<std::string> names;
    for (const auto& member : members) names.push_back(combination(*member));
    std::sort(names.begin(), names.end());
    text += fmt::format("{} bytes, {}: {}\n", members.front()->output.bytes, first_line(*members.front()),
                        fmt::join(names, " "));
  }
  return text;
}

ResultPtr failed(const TestResult& result, std::string reason, const std::string& detail) {
  auto copy = std::make_shared<TestResult>(result);
  copy->verdict = model::Verdict::fail;
  copy->flaky = false;
  copy->reason = std::move(reason);
  copy->detail = detail;
  return copy;
}

// Combinations that failed by themselves, or were skipped, have nothing to say about the others.
bool stands_alone(const TestResult& result) { return result.verdict != model::Verdict::pass; }

std::vector<ResultPtr> judge_agreement(std::vector<ResultPtr> results) {
  Camps camps;
  for (const auto& result : results) camps[result->fingerprint].push_back(result);
  if (camps.size() < 2) return results;
  const auto* right = majority(camps, results.size());
  const std::string detail = describe(camps);
  for (auto& result : results) {
    if (right == nullptr) {
      result = failed(*result, fmt::format("the combinations disagree, in {} ways", camps.size()), detail);
    } else if (camps.at(result->fingerprint).front() != right->front()) {
      result =
          failed(*result, fmt::format("differs from the {} other combinations, which agree", right->size()), detail);
    }
  }
  return results;
}

/// Their disagreement may be known.
ResultPtr with_known_failure(const model::TestPlan& plan, const ResultPtr& result) {
  const auto& known = plan.tests.at(result->index).spec->expect_fail;
  if (!known) return result;
  checks::Reading output;
  output.fingerprint = result->fingerprint;
  output.output = result->output;
  checks::Judgement judgement;
  judgement.verdict = result->verdict;
  judgement.reason = result->reason;
  checks::apply_known_failure(*known, output, base::iso8601_day(result->started), judgement);
  auto copy = std::make_shared<TestResult>(*result);
  copy->verdict = judgement.verdict;
  copy->flaky = copy->flaky && judgement.verdict == model::Verdict::pass;
  copy->reason = std::move(judgement.reason);
  return copy;
}

}  // namespace

ResultGroups agreement_groups(const model::TestPlan& plan) {
  const auto key_of = [](const model::PlannedTest& test) {
    if (!test.spec->agree || test.repetition != 0 || test.skip_reason) return std::string();
    return test.configuration->name + "\n" + model::declared_name(test);
  };
  const auto judge_known = [&plan](std::vector<ResultPtr> results) {
    results = judge_agreement(std::move(results));
    const auto agrees = [](const ResultPtr& result) { return !model::is_bad(result->verdict); };
    const bool all_agree = std::all_of(results.begin(), results.end(), agrees);
    // The majority of a known disagreement passes as ever; only where all agree the knowledge is out of date.
    for (auto& result : results)
      if (all_agree || !agrees(result)) result = with_known_failure(plan, result);
    return results;
  };
  return {plan, key_of, judge_known, stands_alone};
}

}  // namespace fatespec::runner
