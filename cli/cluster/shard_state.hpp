// What whoever follows a run on a cluster knows of one of its shards.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "farm/order.hpp"

namespace fatespec::cli {

struct ShardState {
  ShardState(const farm::ShardOrder& what, const std::filesystem::path& directory, std::size_t number)
      : order(&what), reader(directory, number) {}
  const farm::ShardOrder* order;
  farm::ShardReader reader;
  bool over = false;            ///< it has told all, or was given up
  bool runs = false;            ///< as far as is known
  int missing = 0;              ///< looks at the queue without it
  int fruitless = 0;            ///< submissions without a result since
  std::size_t told = 0;         ///< results that were new
  std::size_t told_before = 0;  ///< at the last submission
  std::string node;             ///< the last that was heard of
  std::set<model::TestId> running;
};

}  // namespace fatespec::cli
