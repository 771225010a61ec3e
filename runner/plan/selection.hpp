// Which tests of a plan a run takes, and in which order.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "model/plan.hpp"
#include "model/verdict.hpp"

namespace fatespec::runner {

/// What is known of a test from its latest result.
struct EarlierResult {
  model::Verdict verdict = model::Verdict::pass;
  base::Duration wall{0};
};
using EarlierResults = std::map<model::TestId, EarlierResult>;

/// Keeps the tests for which `wanted` holds; the others are as if they had never been selected.
void keep_tests(model::TestPlan& plan, const std::function<bool(const model::PlannedTest&)>& wanted);

struct Shard {
  std::uint64_t number = 1;  ///< from 1
  std::uint64_t count = 1;
};
/// True for the shard that a test belongs to. It depends on the test's name and configuration alone, so that adding
/// tests moves no other; the combinations of a test that must agree stay together.
bool is_in_shard(const model::PlannedTest& test, const Shard& shard);

/// Puts every test into the plan `times` times.
void repeat_tests(model::TestPlan& plan, int times);

/// The order of starting: what failed last time, then what is new, then the longest first, so that no long test is left
/// alone at the end.
void order_by_history(model::TestPlan& plan, const EarlierResults& earlier);

}  // namespace fatespec::runner
