#include <filesystem>

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "results/connection.hpp"
#include "results/engine.hpp"

namespace fatespec::results {
namespace {

/// Row by row with prepared statements: in one process a statement costs next to nothing.
class SqliteInserter : public RowInserter {
 public:
  explicit SqliteInserter(soci::session& session)
      : insert_((session.prepare << "INSERT INTO results VALUES (:run, :test, :target, :verdict, :flaky, :leaky, "
                                    ":attempts, :reason, :detail, "
                                    ":status, :signal, :stdout, :stdout_bytes, :stdout_truncated, :stderr, "
                                    ":stderr_bytes, :stderr_truncated, "
                                    ":full, :wall, :user, :system, :rss, :command, :kept, :started, :tags) "
                                    "ON CONFLICT DO NOTHING",
                 soci::use(run_), soci::use(test_), soci::use(target_), soci::use(verdict_), soci::use(flaky_),
                 soci::use(leaky_), soci::use(attempts_), soci::use(reason_), soci::use(detail_.value, detail_.present),
                 soci::use(status_, status_present_), soci::use(signal_), soci::use(stdout_.value, stdout_.present),
                 soci::use(stdout_bytes_), soci::use(stdout_truncated_), soci::use(stderr_.value, stderr_.present),
                 soci::use(stderr_bytes_), soci::use(stderr_truncated_), soci::use(full_.value, full_.present),
                 soci::use(wall_), soci::use(user_), soci::use(system_), soci::use(rss_),
                 soci::use(command_.value, command_.present), soci::use(kept_), soci::use(started_), soci::use(tags_))),
        look_for_test_((session.prepare << "SELECT id FROM tests WHERE name = :name AND configuration = :configuration",
                        soci::use(key_.name), soci::use(key_.configuration), soci::into(found_))),
        add_test_((session.prepare << "INSERT INTO tests (id, name, suite, configuration) VALUES ((SELECT "
                                      "COALESCE(MAX(id), 0) + 1 FROM tests), :name, :suite, :configuration)",
                   soci::use(key_.name), soci::use(key_.suite), soci::use(key_.configuration))),
        look_for_blob_((session.prepare << "SELECT id FROM blobs WHERE digest = :digest", soci::use(blob_.digest),
                        soci::into(found_))),
        add_blob_((session.prepare << "INSERT INTO blobs (id, digest, bytes, encoding, content) VALUES ((SELECT "
                                      "COALESCE(MAX(id), 0) + 1 FROM blobs), :digest, :bytes, :encoding, :content)",
                   soci::use(blob_.digest), soci::use(blob_.bytes), soci::use(blob_.encoding),
                   soci::use(blob_.content))) {}

  std::vector<long long> tests(const std::vector<TestKey>& keys) override {
    std::vector<long long> ids;
    for (const auto& key : keys) {
      key_ = key;
      ids.push_back(id_of(look_for_test_, add_test_));
    }
    return ids;
  }

  std::vector<long long> blobs(const std::vector<Blob>& blobs) override {
    std::vector<long long> ids;
    for (const auto& blob : blobs) {
      blob_ = blob;
      ids.push_back(id_of(look_for_blob_, add_blob_));
    }
    return ids;
  }

  void results(long long run, const std::vector<ResultRow>& rows) override {
    run_ = run;
    for (const auto& row : rows) {
      bind(row);
      insert_.execute(true);
    }
  }

 private:
  long long id_of(soci::statement& look, soci::statement& add) {
    if (!look.execute(true)) {
      add.execute(true);
      look.execute(true);
    }
    const long long id = found_;
    // To its end: a question that is still open keeps the connection at what it saw, and the next transaction would be
    // refused ("database is locked", without any waiting) as soon as another process had written.
    while (look.fetch()) {
    }
    return id;
  }

  void bind(const ResultRow& row) {
    const model::TestResult& result = *row.result;
    test_ = row.test;
    target_ = storable(result.target);
    verdict_ = model::name_of(result.verdict);
    flaky_ = result.flaky ? 1 : 0;
    leaky_ = result.leaky ? 1 : 0;
    attempts_ = result.attempts;
    reason_ = storable(base::printable(result.reason));
    detail_.set(row.detail);
    status_ = result.status.value_or(0);
    status_present_ = result.status ? soci::i_ok : soci::i_null;
    signal_ = storable(result.signal, signal_width);
    stdout_.set(row.output);
    stdout_bytes_ = static_cast<long long>(result.output.bytes);
    stdout_truncated_ = result.output.truncated ? 1 : 0;
    stderr_.set(row.error);
    stderr_bytes_ = static_cast<long long>(result.error.bytes);
    stderr_truncated_ = result.error.truncated ? 1 : 0;
    full_.set(row.full_output);
    wall_ = microseconds(result.wall);
    user_ = microseconds(result.usage.user);
    system_ = microseconds(result.usage.system);
    rss_ = static_cast<long long>(result.usage.max_rss_kib);
    command_.set(row.command);
    kept_ = storable(result.kept_directory);
    started_ = microseconds(result.started);
    tags_ = tags_text(result);
  }

  // The values that the prepared statements are bound to.
  TestKey key_;
  Blob blob_;
  long long run_ = 0, test_ = 0;
  std::string target_, verdict_, reason_, signal_, kept_, tags_;
  int flaky_ = 0, leaky_ = 0, attempts_ = 0, status_ = 0, stdout_truncated_ = 0, stderr_truncated_ = 0;
  soci::indicator status_present_ = soci::i_null;
  OptionalId detail_, stdout_, stderr_, full_, command_;
  long long stdout_bytes_ = 0, stderr_bytes_ = 0, wall_ = 0, user_ = 0, system_ = 0, rss_ = 0, started_ = 0;
  long long found_ = 0;
  soci::statement insert_;
  soci::statement look_for_test_;
  soci::statement add_test_;
  soci::statement look_for_blob_;
  soci::statement add_blob_;
};

/// https://www.sqlite.org/uri.html: of what only reads without the files beside it that even a reader would make. Every
/// name can be written so, whatever SOCI and SQLite make of `"` and `?`.
std::string uri_of(const std::string& location, Access access) {
  std::string uri = "file://";
  for (const char c : std::filesystem::absolute(location).string())
    uri += std::string_view("%?#\"").find(c) == std::string_view::npos ? std::string(1, c)
                                                                       : fmt::format("%{:02x}", static_cast<int>(c));
  if (access == Access::read_write) return uri;
  return uri + (access == Access::immutable ? "?mode=ro&immutable=1" : "?mode=ro&readonly_shm=1");
}

/// True if there are tables and none of them is ours: our own come in one transaction.
bool is_of_others(soci::session& session) {
  int tables = 0;
  int ours = 0;
  session << "SELECT COUNT(*), COALESCE(SUM(name = 'schema_version'), 0) FROM sqlite_master WHERE type = 'table'",
      soci::into(tables), soci::into(ours);
  return tables > 0 && ours == 0;
}

class SqliteEngine : public Engine {
 public:
  // A connection is used by one thread at a time (store.hpp), and nobody asks how much memory SQLite uses: its locks
  // would be a tenth of what writing costs. Before its first use, or it is not taken, which does no harm.
  SqliteEngine() {
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite_api::sqlite3_config(SQLITE_CONFIG_URI, 1);
  }

  std::string_view name() const override { return "sqlite"; }

  base::Result<void> connect(soci::session& session, const std::string& location, Access access) const override {
    session.open(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=30", uri_of(location, access)));
    if (access != Access::read_write) return {};
    session << "PRAGMA busy_timeout = 30000";
    // What follows writes into the file.
    if (is_of_others(session))
      return base::Error{base::ErrorKind::io, fmt::format("results file {}: {}", location, no_results)};
    session << "PRAGMA journal_mode = WAL";
    session << "PRAGMA synchronous = NORMAL";
    session << "PRAGMA foreign_keys = ON";
    return {};
  }
  void wait_for_locks(soci::session& session, base::Duration limit) const override {
    session << "PRAGMA busy_timeout = " << std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  }
  bool is_away(const std::string&) const override { return false; }
  bool has_schema(soci::session& session) const override {
    int tables = 0;
    session << "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'", soci::into(tables);
    return tables > 0;
  }
  void begin_migration(soci::session& session) const override { session << "BEGIN IMMEDIATE"; }
  void begin_writing(soci::session& session) const override { session << "BEGIN IMMEDIATE"; }
  // Without its checks, which would read all results for each blob that goes.
  void begin_removal(soci::session& session) const override {
    session << "PRAGMA foreign_keys = OFF";
    session << "BEGIN IMMEDIATE";
  }
  void end_removal(soci::session& session) const override { session << "PRAGMA foreign_keys = ON"; }
  std::string next_id(std::string_view table) const override {
    return fmt::format("(SELECT COALESCE(MAX(id), 0) + 1 FROM {})", table);
  }
  std::string joined(std::string_view number) const override { return fmt::format("group_concat({})", number); }
  bool claim(soci::session&, const std::string&) const override { return true; }
  std::unique_ptr<RowInserter> inserter(soci::session& session) const override {
    return std::make_unique<SqliteInserter>(session);
  }
  std::uint64_t size(soci::session& session) const override {
    long long pages = 0;
    long long bytes = 0;
    session << "PRAGMA page_count", soci::into(pages);
    session << "PRAGMA page_size", soci::into(bytes);
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(bytes);
  }
  void reclaim(soci::session& session) const override { session << "VACUUM"; }
  int descriptor(soci::session&) const override { return -1; }
};

}  // namespace

const Engine& sqlite_engine() {
  static const SqliteEngine engine;
  return engine;
}

}  // namespace fatespec::results
