#include "results/store.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "results/connection.hpp"
#include "results/file_access.hpp"
#include "results/location.hpp"
#include "results/migrations.hpp"

namespace fatespec::results {
namespace {

namespace fs = std::filesystem;

/// Statements of a migration: each ends with a semicolon at the end of a line.
std::vector<std::string> statements(std::string_view sql) {
  std::vector<std::string> all;
  std::string statement;
  for (const auto line : base::split_lines(sql)) {
    if (line.starts_with("--")) continue;
    statement += std::string(line) + "\n";
    if (!line.ends_with(';')) continue;
    const auto end = statement.find_last_of(';');
    all.push_back(std::string(base::trim(statement.substr(0, end))));
    statement.clear();
  }
  return all;
}

int stored_version(soci::session& session) {
  int version = 0;
  soci::indicator present = soci::i_null;
  session << "SELECT MAX(version) FROM schema_version", soci::into(version, present);
  return present == soci::i_ok ? version : 0;
}

/// True if this engine takes part in a migration.
bool concerns(const Engine& engine, std::string_view migration) {
  constexpr std::string_view mark = "-- only: ";
  if (!migration.starts_with(mark)) return true;
  const auto line = base::split_lines(migration).front();
  return line.substr(mark.size()) == engine.name();
}

base::Error written_by_newer(const std::string& location, int version) {
  return base::Error{base::ErrorKind::invalid,
                     fmt::format("{}: written by a newer fatespec (schema {}, this one knows {}); update fatespec, "
                                 "or name another place with --results",
                                 shown(location), version, schema_version())};
}

/// Brings the schema up to date; another process may be doing the same.
base::Result<void> migrate(Store::Connection& connection, const std::string& location, Access access) {
  soci::session& session = connection.session;
  // Who may only read can read a store that needs nothing.
  if (connection.engine.has_schema(session) && stored_version(session) == schema_version()) return {};
  if (access != Access::read_write)
    return base::Error{
        base::ErrorKind::invalid,
        fmt::format("{}: of another version, and it cannot be written to bring it up to date; copy it to "
                    "where it can",
                    shown(location))};
  connection.engine.begin_migration(session);
  session << "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
  const int version = stored_version(session);
  if (version > schema_version() || version < 0) {
    session << "ROLLBACK";
    if (version > 0) return written_by_newer(location, version);
    return base::Error{base::ErrorKind::invalid, fmt::format("{}: schema {} is none", shown(location), version)};
  }
  for (int next = version; next < schema_version(); ++next) {
    const std::string_view sql = migrations::embedded_files[next].text;
    if (concerns(connection.engine, sql))
      for (const auto& statement : statements(sql)) session << statement;
    const int number = next + 1;
    session << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(number);
  }
  session << "COMMIT";
  return {};
}

constexpr auto patience = std::chrono::seconds(30);

/// What SQLite says in words of its own, for those who name a file.
std::string reason_of(const soci::soci_error& error) {
  const std::string message = message_of(error);
  if (message.find("disk I/O error") != std::string::npos) return message + "; is the disk full?";
  if (message.find("file is not a database") == std::string::npos) return message + advice_on(message);
  return no_results;
}

bool is_locked(const soci::soci_error& error) { return kind_of(message_of(error)) == base::ErrorKind::busy; }

base::Error not_opened(const std::string& location, const soci::soci_error& error) {
  return {base::ErrorKind::io, fmt::format("results {} {}: {}", is_server(location) ? "at" : "file", shown(location),
                                           without_secrets(reason_of(error), location))};
}

base::Result<std::unique_ptr<Store::Connection>> connect(const std::string& location, Access access) {
  auto connection = std::make_unique<Store::Connection>(engine_of(location));
  if (auto connected = connection->engine.connect(connection->session, location, access); !connected)
    return connected.error();
  if (is_server(location)) {
    auto watch = DeadlineWatch::start();
    if (!watch) return watch.error();
    connection->watch = std::move(*watch);
  }
  const LimitedCall limit(*connection, std::chrono::minutes(2));
  if (auto migrated = migrate(*connection, location, access); !migrated) return migrated.error();
  return connection;
}

}  // namespace

const Engine& engine_of(const std::string& location) {
  return is_server(location) ? postgresql_engine() : sqlite_engine();
}

// Switching a new file to WAL fails at once while another process does the same, whatever the busy timeout says.
base::Result<std::unique_ptr<Store>> Store::open_patiently(const std::string& location, Access access) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      auto connection = connect(location, access);
      if (!connection) return connection.error();
      return std::unique_ptr<Store>(new Store(std::move(*connection)));
    } catch (const soci::soci_error& error) {
      if (access == Access::read_beside_writers) return not_taken_in(location);
      if (is_server(location) || !is_locked(error) || std::chrono::steady_clock::now() > deadline)
        return not_opened(location, error);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

int schema_version() { return static_cast<int>(std::size(migrations::embedded_files)); }

Store::Store(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::string& location) {
  if (auto checked = check_location(location); !checked) return checked.error();
  if (is_server(location)) return open_patiently(location, Access::read_write);
  std::error_code ignored;
  const auto type = fs::status(location, ignored).type();
  if (type != fs::file_type::not_found && type != fs::file_type::regular && type != fs::file_type::none)
    return base::Error{base::ErrorKind::io, fmt::format("results file {}: it is no regular file", location)};
  if (auto writable = check_writable(location); !writable) return writable.error();
  const fs::path directory = fs::path(location).parent_path();
  if (!directory.empty())
    if (auto made = base::make_directories(directory); !made) return made.error();
  return open_patiently(location, Access::read_write);
}

base::Result<std::unique_ptr<Store>> Store::open_existing(const std::string& location) {
  if (auto checked = check_location(location); !checked) return checked.error();
  std::error_code code;
  const bool is_there = is_server(location) || fs::exists(location, code);
  if (code) return base::Error{base::ErrorKind::io, fmt::format("results file {}: {}", location, code.message())};
  if (!is_there)
    return base::Error{base::ErrorKind::not_found,
                       fmt::format("there are no results yet: {} does not exist; `fatespec run` makes it", location)};
  const Access access = is_server(location) ? Access::read_write : access_for_reading(location);
  return access == Access::read_write ? open(location) : open_patiently(location, access);
}

std::string this_host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

void Store::wait_for_locks(base::Duration limit) { connection_->engine.wait_for_locks(connection_->session, limit); }

base::Result<bool> Store::claim_run(const std::string& run) {
  return limited(*connection_,
                 [&]() -> base::Result<bool> { return connection_->engine.claim(connection_->session, run); });
}

bool Store::is_away(const std::string& location) { return engine_of(location).is_away(location); }

std::string encode_content(std::string_view bytes, std::string& encoding) {
  if (base::is_utf8(bytes) && bytes.find('\0') == std::string_view::npos) {
    encoding = "text";
    return std::string(bytes);
  }
  encoding = "hex";
  return base::to_hex(bytes);
}

std::string decode_content(const std::string& content, const std::string& encoding) {
  if (encoding != "hex") return content;
  return base::from_hex(content).value_or("");
}

}  // namespace fatespec::results
