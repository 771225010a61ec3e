#include "farm/shards.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <queue>

namespace fatespec::farm {
namespace {

constexpr base::Duration usual_length = std::chrono::seconds(1);  ///< of a test that nothing is known of
constexpr int shards_a_slot = 3;

Needs needs_of(const model::TestPlan& plan, const model::PlannedTest& test) {
  Needs needs;
  needs.target = model::stays_local(test.spec->parsed.type) ? "local" : test.target;
  needs.slots = std::max(1, test.spec->slots);
  needs.memory = test.spec->memory;
  needs.exclusive = test.spec->exclusive;
  const auto add = [&](const model::ClusterNeeds& more) {
    if (!more.constraint.empty()) needs.constraints.insert(more.constraint);
    if (!more.resources.empty()) needs.resources.insert(more.resources);
  };
  if (const auto target = plan.project->targets.find(needs.target); target != plan.project->targets.end())
    add(target->second.cluster);
  const auto add_of = [&](const std::vector<std::string>& tags) {
    for (const auto& tag : tags)
      if (const auto known = plan.project->slurm.tags.find(tag); known != plan.project->slurm.tags.end())
        add(known->second);
  };
  add_of(test.spec->tags);
  add_of(test.configuration->tags);
  return needs;
}

/// What all tests of a shard need, needs each of them.
void widen(Needs& needs, const Needs& more) {
  needs.slots = std::max(needs.slots, more.slots);
  needs.memory = std::max(needs.memory, more.memory);
  needs.exclusive = needs.exclusive || more.exclusive;
  needs.constraints.insert(more.constraints.begin(), more.constraints.end());
  needs.resources.insert(more.resources.begin(), more.resources.end());
}

/// Tests that must run in one shard.
struct Bundle {
  Needs needs;
  std::vector<std::size_t> tests;
  base::Duration expected{0};
};

/// Which tests belong together: those that a lock or an agreement ties, directly or through others.
class Ties {
 public:
  explicit Ties(std::size_t tests) : leaders_(tests) { std::iota(leaders_.begin(), leaders_.end(), std::size_t{0}); }
  void tie(const std::string& name, std::size_t test) {
    const auto [first, is_new] = named_.try_emplace(name, test);
    if (!is_new) leaders_[leader_of(test)] = leader_of(first->second);
  }
  std::size_t leader_of(std::size_t test) {
    while (leaders_[test] != test) test = leaders_[test] = leaders_[leaders_[test]];
    return test;
  }

 private:
  std::vector<std::size_t> leaders_;
  std::map<std::string, std::size_t> named_;
};

base::Duration expected_of(const model::PlannedTest& test, const runner::EarlierResults& earlier) {
  const auto known = earlier.find(model::id_of(test));
  return known == earlier.end() ? usual_length : known->second.wall;
}

std::vector<Bundle> bundles_of(const model::TestPlan& plan, const runner::EarlierResults& earlier) {
  Ties ties(plan.tests.size());
  for (std::size_t i = 0; i < plan.tests.size(); ++i) {
    const auto& test = plan.tests[i];
    for (const auto& lock : test.spec->locks) ties.tie("lock " + test.target + " " + lock, i);
    if (test.spec->agree) ties.tie("agree " + model::declared_name(test) + "\n" + test.configuration->name, i);
    if (test.repetitions > 1) ties.tie("repeat " + test.name + "\n" + test.configuration->name, i);
  }
  std::map<std::size_t, Bundle> by_leader;
  for (std::size_t i = 0; i < plan.tests.size(); ++i) {
    const auto [bundle, is_new] = by_leader.try_emplace(ties.leader_of(i));
    const Needs needs = needs_of(plan, plan.tests[i]);
    if (is_new) bundle->second.needs = needs;
    else widen(bundle->second.needs, needs);
    bundle->second.tests.push_back(i);
    bundle->second.expected += expected_of(plan.tests[i], earlier);
  }
  std::vector<Bundle> all;
  for (auto& [leader, bundle] : by_leader) all.push_back(std::move(bundle));
  return all;
}

/// The longest first, each into the shard that has least to do.
std::vector<Shard> pack(std::vector<Bundle> bundles, std::size_t count) {
  std::stable_sort(bundles.begin(), bundles.end(),
                   [](const auto& a, const auto& b) { return a.expected > b.expected; });
  std::vector<Shard> shards(count);
  using Load = std::pair<base::Duration, std::size_t>;
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (std::size_t i = 0; i < count; ++i) loads.push({base::Duration(0), i});
  for (auto& bundle : bundles) {
    auto [load, number] = loads.top();
    loads.pop();
    Shard& shard = shards[number];
    shard.needs = bundle.needs;
    shard.tests.insert(shard.tests.end(), bundle.tests.begin(), bundle.tests.end());
    shard.expected = load + bundle.expected;
    loads.push({shard.expected, number});
  }
  std::stable_sort(shards.begin(), shards.end(), [](const auto& a, const auto& b) { return a.expected > b.expected; });
  return shards;
}

}  // namespace

std::vector<Shard> make_shards(const model::TestPlan& plan, const runner::EarlierResults& earlier,
                               const ShardSizes& sizes) {
  std::map<Needs, std::vector<Bundle>> groups;
  base::Duration all{0};
  for (auto& bundle : bundles_of(plan, earlier)) {
    all += bundle.expected;
    groups[bundle.needs].push_back(std::move(bundle));
  }
  std::vector<Shard> shards;
  for (auto& [needs, bundles] : groups) {
    base::Duration sum{0};
    for (const auto& bundle : bundles) sum += bundle.expected;
    const auto by_length = static_cast<std::size_t>((sum + sizes.length - base::Duration(1)) / sizes.length);
    // Its part of the slots' shards, as large as its part of the work.
    const double part = all.count() > 0 ? static_cast<double>(sum.count()) / static_cast<double>(all.count()) : 1;
    const auto by_slots = static_cast<std::size_t>(std::lround(part * sizes.slots * shards_a_slot));
    // Shards of a board that Slurm does not hand out would wait for each other at its lock.
    const bool alone = needs.target != "local" && needs.resources.empty();
    const std::size_t most = alone ? 1 : bundles.size();
    const std::size_t count = std::clamp<std::size_t>(std::max(by_length, by_slots), 1, most);
    auto packed = pack(std::move(bundles), count);
    std::move(packed.begin(), packed.end(), std::back_inserter(shards));
  }
  // The plan's order is that of starting: what failed last, then the longest.
  for (auto& shard : shards) std::sort(shard.tests.begin(), shard.tests.end());
  return shards;
}

}  // namespace fatespec::farm
