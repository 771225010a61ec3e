#include <cstdlib>
#include <map>

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>

#include "results/connection.hpp"
#include "results/engine.hpp"
#include "results/libpq.hpp"
#include "results/location.hpp"

namespace fatespec::results {
namespace {

/// Advisory locks are numbers that all programs of a database share: these begin with the bytes of `fate`.
constexpr const char* schema_lock = "1717661797001";
constexpr const char* rows_lock = "1717661797002";
constexpr const char* claims = "1717661797";  ///< the first of two numbers; the second is of what is claimed

/// An array in PostgreSQL's text form: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO. A whole column travels
/// as one parameter, so that a thousand rows cost one round trip.
class Array {
 public:
  void add(long long value) { next() += std::to_string(value); }
  void add(std::optional<long long> value) {
    if (value) add(*value);
    else next() += "NULL";
  }
  void add(std::string_view text) {
    std::string& out = next();
    out += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  std::string take() { return std::move(text_) + "}"; }

 private:
  std::string& next() { return text_ += text_.size() > 1 ? "," : ""; }
  std::string text_ = "{";
};

class PostgresqlInserter : public RowInserter {
 public:
  explicit PostgresqlInserter(soci::session& session) : session_(session) {}

  std::vector<long long> tests(const std::vector<TestKey>& keys) override {
    auto known = find_tests(keys);
    std::vector<TestKey> missing;
    for (const auto& key : keys)
      if (!known.contains({key.name, key.configuration})) missing.push_back(key);
    if (!missing.empty()) {
      add_tests(missing);
      known.merge(find_tests(missing));
    }
    std::vector<long long> ids;
    for (const auto& key : keys) ids.push_back(known.at({key.name, key.configuration}));
    return ids;
  }

  std::vector<long long> blobs(const std::vector<Blob>& blobs) override {
    std::vector<const Blob*> wanted;
    for (const auto& blob : blobs) wanted.push_back(&blob);
    auto known = find_blobs(wanted);
    std::erase_if(wanted, [&](const Blob* blob) { return known.contains(blob->digest); });
    if (!wanted.empty()) {
      add_blobs(wanted);
      known.merge(find_blobs(wanted));
    }
    std::vector<long long> ids;
    for (const auto& blob : blobs) ids.push_back(known.at(blob.digest));
    return ids;
  }

  void results(long long run, const std::vector<ResultRow>& rows) override {
    // The columns in the order of the table, behind the run's number.
    constexpr auto types = std::to_array<const char*>(
        {"BIGINT", "TEXT",   "TEXT",   "INTEGER", "INTEGER", "INTEGER", "TEXT",    "BIGINT", "INTEGER",
         "TEXT",   "BIGINT", "BIGINT", "INTEGER", "BIGINT",  "BIGINT",  "INTEGER", "BIGINT", "BIGINT",
         "BIGINT", "BIGINT", "BIGINT", "BIGINT",  "TEXT",    "BIGINT",  "TEXT"});
    std::array<Array, types.size()> columns;
    for (const auto& row : rows) add_row(columns, row);
    std::string sql = "INSERT INTO results SELECT CAST(:run AS BIGINT), row.* FROM unnest(";
    for (std::size_t i = 0; i < types.size(); ++i)
      sql += fmt::format("{}CAST(:c{} AS {}[])", i == 0 ? "" : ", ", i, types[i]);
    sql += ") AS row ON CONFLICT DO NOTHING";
    std::array<std::string, types.size()> texts;
    soci::statement statement(session_);
    statement.exchange(soci::use(run));
    for (std::size_t i = 0; i < types.size(); ++i) {
      texts[i] = columns[i].take();
      statement.exchange(soci::use(texts[i]));
    }
    run_once(statement, sql);
  }

 private:
  using TestIds = std::map<model::TestId, long long>;

  static void run_once(soci::statement& statement, const std::string& sql) {
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
  }

  TestIds find_tests(const std::vector<TestKey>& keys) {
    Array names;
    Array configurations;
    for (const auto& key : keys) {
      names.add(key.name);
      configurations.add(key.configuration);
    }
    const std::string name_array = names.take();
    const std::string configuration_array = configurations.take();
    TestIds ids;
    const soci::rowset<soci::row> rows =
        (session_.prepare << "SELECT tests.id, tests.name, tests.configuration FROM unnest(CAST(:names AS TEXT[]), "
                             "CAST(:configurations AS TEXT[])) AS wanted (name, configuration) JOIN tests ON "
                             "tests.name = wanted.name AND tests.configuration = wanted.configuration",
         soci::use(name_array), soci::use(configuration_array));
    for (const auto& row : rows) ids[{row.get<std::string>(1), row.get<std::string>(2)}] = row.get<long long>(0);
    return ids;
  }

  void add_tests(const std::vector<TestKey>& keys) {
    Array names;
    Array suites;
    Array configurations;
    for (const auto& key : keys) {
      names.add(key.name);
      suites.add(key.suite);
      configurations.add(key.configuration);
    }
    const std::string name_array = names.take();
    const std::string suite_array = suites.take();
    const std::string configuration_array = configurations.take();
    session_ << "INSERT INTO tests (name, suite, configuration) SELECT * FROM unnest(CAST(:names AS TEXT[]), "
                "CAST(:suites AS TEXT[]), CAST(:configurations AS TEXT[])) ON CONFLICT DO NOTHING",
        soci::use(name_array), soci::use(suite_array), soci::use(configuration_array);
  }

  std::map<std::string, long long> find_blobs(const std::vector<const Blob*>& blobs) {
    Array digests;
    for (const auto* blob : blobs) digests.add(blob->digest);
    const std::string digest_array = digests.take();
    std::map<std::string, long long> ids;
    const soci::rowset<soci::row> rows =
        (session_.prepare << "SELECT id, digest FROM blobs WHERE digest = ANY(CAST(:digests AS CHAR(64)[]))",
         soci::use(digest_array));
    for (const auto& row : rows) ids[row.get<std::string>(1)] = row.get<long long>(0);
    return ids;
  }

  void add_blobs(const std::vector<const Blob*>& blobs) {
    Array digests;
    Array bytes;
    Array encodings;
    Array contents;
    for (const auto* blob : blobs) {
      digests.add(blob->digest);
      bytes.add(blob->bytes);
      encodings.add(blob->encoding);
      contents.add(blob->content);
    }
    const std::string digest_array = digests.take();
    const std::string byte_array = bytes.take();
    const std::string encoding_array = encodings.take();
    const std::string content_array = contents.take();
    session_ << "INSERT INTO blobs (digest, bytes, encoding, content) SELECT * FROM unnest(CAST(:digests AS TEXT[]), "
                "CAST(:bytes AS BIGINT[]), CAST(:encodings AS TEXT[]), CAST(:contents AS TEXT[])) ON CONFLICT DO "
                "NOTHING",
        soci::use(digest_array), soci::use(byte_array), soci::use(encoding_array), soci::use(content_array);
  }

  template <std::size_t size>
  static void add_row(std::array<Array, size>& columns, const ResultRow& row) {
    const model::TestResult& result = *row.result;
    auto column = columns.begin();
    const auto number = [&](auto value) { (column++)->add(static_cast<long long>(value)); };
    const auto optional = [&](std::optional<long long> value) { (column++)->add(value); };
    const auto text = [&](std::string_view value) { (column++)->add(value); };
    number(row.test);
    text(storable(result.target));
    text(model::name_of(result.verdict));
    number(result.flaky ? 1 : 0);
    number(result.leaky ? 1 : 0);
    number(result.attempts);
    text(storable(base::printable(result.reason)));
    optional(row.detail);
    optional(result.status ? std::optional<long long>(*result.status) : std::nullopt);
    text(storable(result.signal, signal_width));
    optional(row.output);
    number(result.output.bytes);
    number(result.output.truncated ? 1 : 0);
    optional(row.error);
    number(result.error.bytes);
    number(result.error.truncated ? 1 : 0);
    optional(row.full_output);
    number(microseconds(result.wall));
    number(microseconds(result.usage.user));
    number(microseconds(result.usage.system));
    number(result.usage.max_rss_kib);
    optional(row.command);
    text(storable(result.kept_directory));
    number(microseconds(result.started));
    text(tags_text(result));
  }

  soci::session& session_;
};

/// The location as keywords and values, with what it and libpq's environment leave open. A URI that libpq does not take
/// is handed on for it to say so.
std::string with_defaults(const std::string& location) {
  auto parameters = parameters_of(location);
  if (!parameters) return location;
  const auto add = [&](const char* name, const char* variable, const char* value) {
    if (variable == nullptr || std::getenv(variable) == nullptr) parameters->try_emplace(name, value);
  };
  add("connect_timeout", "PGCONNECT_TIMEOUT", "10");
  add("tcp_user_timeout", nullptr, "30000");  // milliseconds
  add("keepalives_idle", nullptr, "10");
  add("keepalives_interval", nullptr, "5");
  add("keepalives_count", nullptr, "3");
  add("application_name", "PGAPPNAME", "fatespec");
  std::string text;
  for (const auto& [name, value] : *parameters) {
    text += name + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += "' ";
  }
  return text;
}

/// By its name, SOCI loads what it needs.
base::Result<void> open(soci::session& session, const std::string& location) {
  try {
    session.open("postgresql", with_defaults(location));
    return {};
  } catch (const soci::soci_error& error) {
    if (std::string_view(error.what()).find("shared library") == std::string_view::npos) throw;
    return base::Error{
        base::ErrorKind::io,
        fmt::format("results at {}: {}: Debian's package libsoci-postgresql4.0 has it", shown(location), error.what())};
  }
}

class PostgresqlEngine : public Engine {
 public:
  std::string_view name() const override { return "postgresql"; }

  base::Result<void> connect(soci::session& session, const std::string& location, Access) const override {
    if (!libpq()) return libpq().error();
    if (auto opened = open(session, location); !opened) return opened.error();
    const auto watch = DeadlineWatch::start();
    if (!watch) return watch.error();
    const Deadline limit(watch->get(), descriptor(session), std::chrono::seconds(20));
    std::string encoding;
    session << "SHOW server_encoding", soci::into(encoding);
    if (encoding != "UTF8")
      return base::Error{base::ErrorKind::invalid,
                         fmt::format("{}: the database has the encoding {}, not UTF8; create another: createdb "
                                     "--encoding=UTF8 --template=template0 NAME",
                                     shown(location), encoding)};
    session << "SET client_encoding = 'UTF8'";
    session << "SET lock_timeout = '60s'";
    session << "SET statement_timeout = '30min'";
    session << "SET client_min_messages = 'warning'";
    notice_a_lost_client(session);
    return {};
  }
  /// A line that was cut without a word leaves the server with a session that holds its claims, for hours by default.
  static void notice_a_lost_client(soci::session& session) {
    int set = 0;
    session << "SELECT COUNT(set_config(known.name, wanted.value, false)) FROM (VALUES ('tcp_keepalives_idle', '10'), "
               "('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '30000')) AS "
               "wanted (name, value) JOIN pg_settings AS known ON known.name = wanted.name",
        soci::into(set);
  }
  bool is_away(const std::string& location) const override {
    if (!libpq()) return false;
    const PGPing answer = libpq()->ping(with_defaults(location).c_str());
    return answer == PQPING_NO_RESPONSE || answer == PQPING_REJECT;
  }
  bool has_schema(soci::session& session) const override {
    int there = 0;
    session << "SELECT CASE WHEN to_regclass('schema_version') IS NULL THEN 0 ELSE 1 END", soci::into(there);
    return there != 0;
  }
  void begin_migration(soci::session& session) const override {
    session << "BEGIN";
    session << "SELECT pg_advisory_xact_lock(" << schema_lock << ")";
  }
  // Many write at once; who removes waits for them, and they for him.
  void begin_writing(soci::session& session) const override {
    session << "BEGIN";
    session << "SELECT pg_advisory_xact_lock_shared(" << rows_lock << ")";
  }
  void begin_removal(soci::session& session) const override {
    session << "BEGIN";
    session << "SELECT pg_advisory_xact_lock(" << rows_lock << ")";
  }
  void end_removal(soci::session&) const override {}
  std::string next_id(std::string_view table) const override {
    return fmt::format("nextval(pg_get_serial_sequence('{}', 'id'))", table);
  }
  std::string joined(std::string_view number) const override {
    return fmt::format("string_agg(CAST({} AS TEXT), ',')", number);
  }
  bool claim(soci::session& session, const std::string& text) const override {
    int got = 0;
    session << "SELECT CASE WHEN pg_try_advisory_lock(" << claims << ", hashtext(:text)) THEN 1 ELSE 0 END",
        soci::use(text), soci::into(got);
    return got != 0;
  }
  std::unique_ptr<RowInserter> inserter(soci::session& session) const override {
    return std::make_unique<PostgresqlInserter>(session);
  }
  std::uint64_t size(soci::session& session) const override {
    long long bytes = 0;
    session << "SELECT CAST(SUM(pg_total_relation_size(to_regclass(name))) AS BIGINT) FROM (VALUES ('runs'), "
               "('tests'), ('blobs'), ('results'), ('failed_attempts'), ('recordings'), ('repetitions'), "
               "('run_revisions')) AS t (name)",
        soci::into(bytes);
    return static_cast<std::uint64_t>(bytes);
  }
  // Plain VACUUM would keep the room for later rows: the size would not tell what is left.
  void reclaim(soci::session& session) const override {
    session << "VACUUM (FULL) runs, tests, blobs, results, failed_attempts, recordings, repetitions, run_revisions";
  }
  int descriptor(soci::session& session) const override {
    return libpq()->socket(static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_);
  }
};

}  // namespace

const Engine& postgresql_engine() {
  static const PostgresqlEngine engine;
  return engine;
}

}  // namespace fatespec::results
