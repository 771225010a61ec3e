// A real PostgreSQL server.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/support/support.hpp"

namespace fatespec::test {

/// Why there can be no server here; empty if there can.
std::string no_postgresql_server();

/// Debian's PostgreSQL in a directory of its own on a free port of the loopback: as an ordinary user, as the server
/// refuses to run as root. The database `fate` belongs to the role `maintainer`, whose password is secret_of_tests.
class PostgresqlServer {
 public:
  static constexpr const char* secret_of_tests = "ge:he@im";

  /// `settings`: lines of postgresql.conf. Without `start_it` it is only prepared.
  explicit PostgresqlServer(const std::string& settings = "", bool start_it = true);
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;
  ~PostgresqlServer();

  /// Where results are kept in it; with the password.
  std::string url(const std::string& database = "fate") const;
  int port() const { return port_; }
  std::string file(const std::string& name) const { return directory_ / name; }
  /// What psql prints, as the administrator, unaligned and without headings.
  std::string sql(const std::string& text, const std::string& database = "fate") const;

  void start();
  /// SIGKILL, to all of it: as a power cut does.
  void kill();
  /// SIGSTOP and SIGCONT, to all of it.
  void freeze() const;
  void thaw() const;

 private:
  TemporaryDirectory directory_;
  int port_;
  pid_t pid_ = -1;
};

}  // namespace fatespec::test
