#include "results/store.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "results/connection.hpp"
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
  session << "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
  int version = 0;
  soci::indicator present = soci::i_null;
  session << "SELECT MAX(version) FROM schema_version", soci::into(version, present);
  return present == soci::i_ok ? version : 0;
}

/// Brings the schema up to date; another process may be doing the same.
base::Result<void> migrate(soci::session& session, const std::string& file) {
  session << "BEGIN IMMEDIATE";
  const int version = stored_version(session);
  if (version > schema_version()) {
    session << "ROLLBACK";
    return base::Error{base::ErrorKind::invalid,
                       fmt::format("{}: written by a newer fatespec (schema {}, this one knows {}); update fatespec, "
                                   "or name another file with --results",
                                   file, version, schema_version())};
  }
  for (int next = version; next < schema_version(); ++next) {
    for (const auto& statement : statements(migrations::embedded_files[next].text)) session << statement;
    const int number = next + 1;
    session << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(number);
  }
  session << "COMMIT";
  return {};
}

base::Result<void> prepare(soci::session& session, const std::string& file) {
  session << "PRAGMA busy_timeout = 30000";
  session << "PRAGMA journal_mode = WAL";
  session << "PRAGMA synchronous = NORMAL";
  session << "PRAGMA foreign_keys = ON";
  return migrate(session, file);
}

constexpr auto patience = std::chrono::seconds(30);

bool is_locked(const soci::soci_error& error) { return message_of(error).find("locked") != std::string::npos; }

}  // namespace

// Switching a new file to WAL fails at once while another process does the same, whatever the busy timeout says.
base::Result<std::unique_ptr<Store>> Store::open_patiently(const std::string& file) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      auto connection = std::make_unique<Connection>();
      connection->session.open(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=30", file));
      if (auto prepared = prepare(connection->session, file); !prepared) return prepared.error();
      return std::unique_ptr<Store>(new Store(std::move(connection)));
    } catch (const soci::soci_error& error) {
      if (!is_locked(error) || std::chrono::steady_clock::now() > deadline)
        return base::Error{base::ErrorKind::io, fmt::format("results file {}: {}", file, message_of(error))};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

int schema_version() { return static_cast<int>(std::size(migrations::embedded_files)); }

Store::Store(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::string& file) {
  if (file.starts_with("postgresql:") || file.starts_with("postgres:"))
    return base::Error{base::ErrorKind::usage, "this version keeps results in SQLite files only, not in PostgreSQL"};
  const fs::path directory = fs::path(file).parent_path();
  if (!directory.empty())
    if (auto made = base::make_directories(directory); !made) return made.error();
  return open_patiently(file);
}

base::Result<std::unique_ptr<Store>> Store::open_existing(const std::string& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return base::Error{base::ErrorKind::not_found,
                       fmt::format("there are no results yet: {} does not exist; `fatespec run` makes it", file)};
  return open(file);
}

std::string encode_content(std::string_view bytes, std::string& encoding) {
  if (base::is_utf8(bytes) && bytes.find('\0') == std::string_view::npos) {
    encoding = "text";
    return std::string(bytes);
  }
  encoding = "hex";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    hex += digits[static_cast<unsigned char>(byte) >> 4U];
    hex += digits[static_cast<unsigned char>(byte) & 15U];
  }
  return hex;
}

std::string decode_content(const std::string& content, const std::string& encoding) {
  if (encoding != "hex") return content;
  const auto value = [](char digit) { return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < content.size(); i += 2)
    bytes += static_cast<char>(value(content[i]) << 4U | value(content[i + 1]));
  return bytes;
}

}  // namespace fatespec::results
