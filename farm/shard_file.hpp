// The files in which a shard tells what became of its tests: one for each attempt at it, in the directory that all
// nodes share.
//
// SHARD.ATTEMPT.jsonl begins with what is known from the attempts before, so that the latest alone tells all, and
// whatever an earlier one still writes, on a node that was given up, is of no account. Lines, each an object with
// `type`:
//
//   attempt {version, shard, attempt, node}    lost {test, configuration, times}     result {…}: see result_json.hpp
//   begin {}: what was known before ends here; a file without it counts as if it were not there
//   start {test, configuration}: from here on, until its result, the test can be what takes the node down
//   end {complete}: nothing more comes; not complete: it was told to stop, and no test is to blame
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "model/result.hpp"

namespace fatespec::farm {

/// How often a node may be lost while a test runs; then the test has the verdict `error`.
inline constexpr int most_losses = 2;

/// The verdict `error` of a test that no runner could judge. Suite and target are guessed from its name; whoever has
/// the plan knows better.
model::TestResult error_of(const model::TestId& test, const std::string& reason, base::UtcTime when);

inline constexpr const char* gone_from_specs =
    "the spec files have changed since the run was submitted: it is not there";

/// What has come since the last look.
struct ShardNews {
  std::vector<model::TestResult> results;
  std::vector<model::TestId> started;
  bool again = false;  ///< another attempt has begun: what had started and has no result starts again
};

/// Follows a shard's files as they grow.
class ShardReader {
 public:
  ShardReader(std::filesystem::path directory, std::size_t shard) : directory_(std::move(directory)), shard_(shard) {}

  /// Results that earlier attempts had told may come again. An error if a whole line is none.
  base::Result<ShardNews> read();

  /// A network file system remembers for a while what was not there, and how long a file was: this asks its server.
  void revalidate() const;

  int attempt() const { return attempt_; }  ///< the latest that has begun; -1: none
  const std::string& node() const { return node_; }
  bool ended() const { return ended_; }
  bool complete() const { return complete_; }
  /// Tests of the attempt that started and have no result.
  const std::set<model::TestId>& unfinished() const { return unfinished_; }
  /// The one of them that started last: results of others may be held back until their group is complete.
  std::optional<model::TestId> under_way() const {
    return last_started_ && unfinished_.contains(*last_started_) ? last_started_ : std::nullopt;
  }
  /// How often a node was lost under a test before this attempt.
  const std::map<model::TestId, int>& losses() const { return losses_; }

 private:
  bool move_on();
  base::Result<void> take(std::string_view line, ShardNews& news);

  std::filesystem::path directory_;
  std::size_t shard_;
  int attempt_ = -1;
  base::FileDescriptor file_;
  std::uint64_t offset_ = 0;
  std::string node_;
  bool ended_ = false;
  bool complete_ = false;
  std::set<model::TestId> unfinished_;
  std::optional<model::TestId> last_started_;
  std::map<model::TestId, int> losses_;
};

/// Writes an attempt. Every line is with the system before the call returns; on a node that was lost once under this
/// shard (`careful`) also with the storage, before a test starts.
class ShardWriter {
 public:
  /// Takes the next attempt's number, and tells in its file what `before` knew.
  static base::Result<ShardWriter> begin(const std::filesystem::path& directory, std::size_t shard,
                                         const std::string& node, const std::vector<model::TestResult>& before,
                                         const std::map<model::TestId, int>& losses);

  int attempt() const { return attempt_; }
  base::Result<void> started(const model::TestId& test);
  base::Result<void> finished(const model::TestResult& result);
  base::Result<void> ended(bool complete);
  /// True if a later attempt has begun: this one is over, whoever it thinks it is.
  bool is_superseded() const;

 private:
  ShardWriter() = default;
  base::Result<void> write(const std::string& line);
  base::Result<void> synchronise();

  std::filesystem::path directory_;
  std::size_t shard_ = 0;
  int attempt_ = 0;
  bool careful_ = false;
  std::string path_;
  base::FileDescriptor file_;
};

}  // namespace fatespec::farm
