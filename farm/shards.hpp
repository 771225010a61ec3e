// How a plan is cut into shards: what one job of a cluster runs.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/plan.hpp"
#include "runner/plan/selection.hpp"

namespace fatespec::farm {

/// What a shard asks of its node.
struct Needs {
  std::string target = "local";       ///< a board is used by one shard at a time
  int slots = 1;                      ///< processors
  std::uint64_t memory = 0;           ///< bytes; 0: what the cluster gives
  bool exclusive = false;             ///< the node for itself
  std::set<std::string> constraints;  ///< features that the node must have
  std::set<std::string> resources;    ///< generic resources (GRES): "board:rpi4:1"
  auto operator<=>(const Needs&) const = default;
};

struct Shard {
  Needs needs;
  std::vector<std::size_t> tests;  ///< positions in the plan, in the order of starting
  base::Duration expected{0};      ///< from history
};

struct ShardSizes {
  base::Duration length = std::chrono::minutes(1);  ///< about so long
  int slots = 1;  ///< of the cluster: each gets at least three shards, if tests suffice
};

/// Shards of the same needs stand together, the longest first. Tests that share a lock, or must agree, share a shard.
std::vector<Shard> make_shards(const model::TestPlan& plan, const runner::EarlierResults& earlier,
                               const ShardSizes& sizes);

}  // namespace fatespec::farm
