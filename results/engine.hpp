// What SQLite and PostgreSQL do differently. Everything else is one SQL text for both.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <soci/soci.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/result.hpp"

namespace fatespec::results {

struct TestKey {
  std::string name;
  std::string suite;
  std::string configuration;
  auto operator<=>(const TestKey&) const = default;
};

/// Content that is stored once; see the table `blobs`.
struct Blob {
  std::string digest;
  long long bytes = 0;
  std::string encoding;
  std::string content;
};

/// A row of `results`: the result, and the numbers of what it refers to.
struct ResultRow {
  const model::TestResult* result = nullptr;
  long long test = 0;
  std::optional<long long> detail;
  std::optional<long long> output;
  std::optional<long long> error;
  std::optional<long long> full_output;
  std::optional<long long> command;
};

/// Puts many rows at once into the tables. Other writers may add the same tests and blobs at the same time: what is
/// there already is taken as it is. Works within the caller's transaction.
class RowInserter {
 public:
  virtual ~RowInserter() = default;
  /// The ids of tests, sorted, each once; those that are missing are added.
  virtual std::vector<long long> tests(const std::vector<TestKey>& keys) = 0;
  /// The same of blobs, sorted by digest.
  virtual std::vector<long long> blobs(const std::vector<Blob>& blobs) = 0;
  /// A result that the run has already stays as it is.
  virtual void results(long long run, const std::vector<ResultRow>& rows) = 0;
};

enum class Access {
  read_write,
  read_beside_writers,  ///< of a file: another process may be writing it
  immutable,            ///< of a file that nobody writes meanwhile
};

/// Of a file that another program has made.
inline constexpr const char* no_results = "it is no file of results; name another one with --results";

class Engine {
 public:
  virtual ~Engine() = default;
  /// What marks the migrations that only this engine has.
  virtual std::string_view name() const = 0;
  /// Throws soci::soci_error.
  virtual base::Result<void> connect(soci::session& session, const std::string& location, Access access) const = 0;
  virtual bool is_away(const std::string& location) const = 0;
  virtual bool has_schema(soci::session& session) const = 0;
  /// Begins a transaction in which nobody else changes the schema.
  virtual void begin_migration(soci::session& session) const = 0;
  /// Begins a transaction in which results are written.
  virtual void begin_writing(soci::session& session) const = 0;
  /// Begins one in which rows are removed that nothing refers to: nobody writes results meanwhile.
  virtual void begin_removal(soci::session& session) const = 0;
  virtual void end_removal(soci::session& session) const = 0;
  /// An expression: the id of the next row.
  virtual std::string next_id(std::string_view table) const = 0;
  /// An expression: the numbers of all rows as one text, with commas between them; null without rows. Several of one
  /// query have the rows in the same order.
  virtual std::string joined(std::string_view number) const = 0;
  /// True if nobody else has claimed the same; the claim holds until the connection ends. Always of a file.
  virtual bool claim(soci::session& session, const std::string& text) const = 0;
  /// Of a file: how long a write waits for another process's. A server's clients do not wait for each other.
  virtual void wait_for_locks(soci::session&, base::Duration) const {}
  virtual std::unique_ptr<RowInserter> inserter(soci::session& session) const = 0;
  /// Bytes that the tables take.
  virtual std::uint64_t size(soci::session& session) const = 0;
  /// Gives the room of removed rows back.
  virtual void reclaim(soci::session& session) const = 0;
  /// The descriptor of the connection, if it has one that can be shut down from another thread; else -1.
  virtual int descriptor(soci::session& session) const = 0;
};

const Engine& sqlite_engine();
const Engine& postgresql_engine();
const Engine& engine_of(const std::string& location);

}  // namespace fatespec::results
