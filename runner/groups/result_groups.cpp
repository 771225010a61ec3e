#include "runner/groups/result_groups.hpp"

namespace fatespec::runner {

ResultGroups::ResultGroups(const model::TestPlan& plan, KeyOf key_of, Judge judge, IsFinal is_final, Hold hold)
    : key_of_(std::move(key_of)), judge_(std::move(judge)), is_final_(is_final), hold_(hold) {
  for (const auto& test : plan.tests)
    if (const std::string key = key_of_(test); !key.empty()) ++groups_[key].missing;
}

std::vector<ResultPtr> ResultGroups::add(const model::PlannedTest& test, ResultPtr result) {
  const std::string key = key_of_(test);
  if (key.empty()) return {std::move(result)};
  Group& group = groups_.at(key);
  std::vector<ResultPtr> results;
  if (is_final_ != nullptr && is_final_(*result)) results.push_back(std::move(result));
  else group.results.push_back(hold_ == nullptr ? std::move(result) : hold_(group.results, std::move(result)));
  if (--group.missing > 0) return results;
  if (!group.results.empty())
    for (auto& judged : judge_(std::move(group.results))) results.push_back(std::move(judged));
  groups_.erase(key);
  return results;
}

std::vector<ResultPtr> ResultGroups::conclude() {
  std::vector<ResultPtr> all;
  for (auto& [key, group] : groups_) {
    if (group.results.empty()) continue;
    auto results = judge_(std::exchange(group.results, {}));
    all.insert(all.end(), results.begin(), results.end());
  }
  return all;
}

}  // namespace fatespec::runner
