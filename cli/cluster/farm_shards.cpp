#include "cli/cluster/farm_shards.hpp"

#include <utility>

namespace fatespec::cli {

FarmShards::FarmShards(const FarmRunOptions& farm, FarmResults& results,
                       std::function<void(const model::RunEvent&)> emit, std::function<bool(model::TestResult)> take)
    : results_(results), emit_(std::move(emit)), take_(std::move(take)) {
  for (std::size_t i = 0; i < farm.shards.size(); ++i)
    shards_.emplace_back(farm.shards[i], farm::results_directory(farm.directory), i);
}

void FarmShards::read(bool far_too) {
  for (auto& shard : shards_) {
    const bool near = shard.runs || shard.reader.attempt() >= 0;
    if (!shard.over && (near || far_too)) read(shard);
  }
}

void FarmShards::read(ShardState& shard) {
  auto news = shard.reader.read();
  if (!news) {
    give_up(shard, news.error().message);
    return;
  }
  if (news->again) begins_again(shard);
  for (const auto& test : news->started) test_started(shard, test);
  for (auto& result : news->results) {
    const model::TestId key = model::id_of(result);
    shard.running.erase(key);
    if (const auto* test = results_.waiting(key)) emit_(model::TestEnded{test});
    if (take_(std::move(result))) ++shard.told;
  }
  if (!news->started.empty() || !news->results.empty()) last_news_ = std::chrono::steady_clock::now();
  if (shard.reader.complete()) give_up(shard, "its shard ended without a result of it");
}

void FarmShards::give_up(ShardState& shard, const std::string& why) {
  shard.over = true;
  ++over_;
  for (const auto& test : shard.order->tests) results_.take_error(test, why);
}

void FarmShards::test_started(ShardState& shard, const model::TestId& key) {
  const auto* test = results_.waiting(key);
  if (test == nullptr) return;
  shard.running.insert(key);
  emit_(model::TestStarted{test, 1 + losses_[key]});
}

void FarmShards::begins_again(ShardState& shard) {
  for (const auto& key : std::exchange(shard.running, {})) {
    const auto* test = results_.waiting(key);
    if (test == nullptr) continue;
    ++losses_[key];
    emit_(model::TestLost{test, shard.node, "another attempt at its shard has begun"});
  }
}

}  // namespace fatespec::cli
