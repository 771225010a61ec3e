// Results that can only be judged together.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/plan.hpp"
#include "model/result.hpp"

namespace fatespec::runner {

using ResultPtr = std::shared_ptr<const model::TestResult>;

/// Holds back the results of tests that belong together until all of a group are there. A group that never becomes
/// complete, because the run was cut short, has no results but those of conclude().
class ResultGroups {
 public:
  /// The group of a test; an empty one: the test stands alone.
  using KeyOf = std::function<std::string(const model::PlannedTest&)>;
  /// True of a result that needs none of the others to be final.
  using IsFinal = bool (*)(const model::TestResult&);
  /// What is held of a result until its group is complete, beside those that are held already.
  using Hold = ResultPtr (*)(const std::vector<ResultPtr>& held, ResultPtr added);
  /// Makes the final results of a complete group.
  using Judge = std::function<std::vector<ResultPtr>(std::vector<ResultPtr>)>;

  ResultGroups(const model::TestPlan& plan, KeyOf key_of, Judge judge, IsFinal is_final = nullptr, Hold hold = nullptr);

  /// The results that are final now.
  std::vector<ResultPtr> add(const model::PlannedTest& test, ResultPtr result);
  /// The results that can be made of incomplete groups; called once, at the end.
  std::vector<ResultPtr> conclude();

 private:
  struct Group {
    std::size_t missing = 0;
    std::vector<ResultPtr> results;
  };
  KeyOf key_of_;
  Judge judge_;
  IsFinal is_final_;
  Hold hold_;
  std::map<std::string, Group> groups_;
};

}  // namespace fatespec::runner
