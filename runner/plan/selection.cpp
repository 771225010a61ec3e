#include "runner/plan/selection.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

namespace fatespec::runner {
namespace {

/// FNV-1a with the parameters of 64 bits: small, fixed for ever, and even enough for names.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t offset_basis = 0xcbf29ce484222325U;
  constexpr std::uint64_t prime = 0x100000001b3U;
  std::uint64_t hash = offset_basis;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
  return hash;
}

/// Failed, unknown, known: in this order.
int urgency(const EarlierResult* earlier) {
  if (earlier == nullptr) return 1;
  return model::is_bad(earlier->verdict) ? 0 : 2;
}

}  // namespace

void keep_tests(model::TestPlan& plan, const std::function<bool(const model::PlannedTest&)>& wanted) {
  std::erase_if(plan.tests, [&](const auto& test) { return !wanted(test); });
  for (std::size_t i = 0; i < plan.tests.size(); ++i) plan.tests[i].index = plan.tests[i].rank = i;
}

bool is_in_shard(const model::PlannedTest& test, const Shard& shard) {
  const std::string name = test.spec->agree ? model::declared_name(test) : test.name;
  return hash_of(name + "\n" + test.configuration->name) % shard.count == shard.number - 1;
}

void repeat_tests(model::TestPlan& plan, int times) {
  const std::size_t tests = plan.tests.size();
  plan.tests.reserve(tests * static_cast<std::size_t>(times));
  for (std::size_t i = 0; i < tests; ++i) plan.tests[i].repetitions = times;
  for (int repetition = 1; repetition < times; ++repetition)
    for (std::size_t i = 0; i < tests; ++i) {
      plan.tests.push_back(plan.tests[i]);
      plan.tests.back().repetition = repetition;
    }
}

void order_by_history(model::TestPlan& plan, const EarlierResults& earlier) {
  const auto known = [&](const model::PlannedTest& test) -> const EarlierResult* {
    const auto found = earlier.find(model::id_of(test));
    return found == earlier.end() ? nullptr : &found->second;
  };
  std::vector<const EarlierResult*> results;
  for (const auto& test : plan.tests) results.push_back(known(test));
  std::vector<std::size_t> order(plan.tests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int first = urgency(results[a]);
    const int second = urgency(results[b]);
    if (first != second) return first < second;
    return results[a] != nullptr && results[b] != nullptr && results[a]->wall > results[b]->wall;
  });
  for (std::size_t rank = 0; rank < order.size(); ++rank) plan.tests[order[rank]].rank = rank;
}

}  // namespace fatespec::runner
