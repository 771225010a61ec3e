// The events of a run as rows of a store.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event.hpp"
#include "results/connection.hpp"

namespace fatespec::results {

/// Writes one run. Rows that are there already are left as they are, so that events may be written again when it is not
/// known whether they were.
class RunRows {
 public:
  explicit RunRows(Store& store);

  /// In transactions of at most a thousand events, fewer where they are large; after an error those before it are kept.
  base::Result<void> write(std::span<const model::RunEvent> events);
  /// The run is in the store already: what is written belongs to it.
  base::Result<void> attach(const std::string& run);

 private:
  /// The blobs of contents, by their addresses; none for what is not kept.
  class ContentIds {
   public:
    void add(const std::string& content, long long id) { ids_[&content] = id; }
    std::optional<long long> of(const std::string& content) const {
      const auto found = ids_.find(&content);
      return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }

   private:
    std::unordered_map<const std::string*, long long> ids_;
  };

  base::Result<void> write_transaction(std::span<const model::RunEvent> events);
  void write_all(std::span<const model::RunEvent> events);
  void write_started(const model::RunStarted& event);
  void forget_other_revisions(const model::RunStarted& event);
  void write_finished(const model::RunFinished& event);
  void write_results(std::span<const model::TestResult* const> results);
  void write_further(const model::TestResult& result, long long test, const ContentIds& ids);
  void find_run(const std::string& name);
  std::vector<long long> test_ids(std::span<const model::TestResult* const> results);
  ContentIds store_contents(std::span<const model::TestResult* const> results);

  soci::session& session_;
  const Engine& engine_;
  std::unique_ptr<RowInserter> inserter_;
  long long run_ = 0;
  std::unordered_map<std::string, long long> blobs_;  ///< ids by digest, of what the run has referred to
};

}  // namespace fatespec::results
