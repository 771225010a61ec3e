// What the shards of a run on a cluster tell, by the files that they write.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "cli/cluster/farm_results.hpp"
#include "cli/cluster/farm_run.hpp"
#include "cli/cluster/shard_state.hpp"
#include "model/event.hpp"

namespace fatespec::cli {

/// On the loop's thread; results, and what `farm` names, outlive it.
class FarmShards {
 public:
  /// `take`: takes a result; false if the test had one already.
  FarmShards(const FarmRunOptions& farm, FarmResults& results, std::function<void(const model::RunEvent&)> emit,
             std::function<bool(model::TestResult)> take);

  std::deque<ShardState>& all() { return shards_; }
  std::size_t size() const { return shards_.size(); }
  /// Those that have told all, or were given up.
  std::size_t over() const { return over_; }
  /// When one has told something last.
  std::chrono::steady_clock::time_point last_news() const { return last_news_; }

  /// Reads what is new of those that are under way; `far_too`: and of those that are not known to have begun.
  void read(bool far_too);
  void read(ShardState& shard);
  /// Its tests without a result are errors.
  void give_up(ShardState& shard, const std::string& why);

 private:
  void test_started(ShardState& shard, const model::TestId& test);
  void begins_again(ShardState& shard);

  FarmResults& results_;
  std::function<void(const model::RunEvent&)> emit_;
  std::function<bool(model::TestResult)> take_;
  std::deque<ShardState> shards_;
  std::map<model::TestId, int> losses_;
  std::size_t over_ = 0;
  std::chrono::steady_clock::time_point last_news_;
};

}  // namespace fatespec::cli
