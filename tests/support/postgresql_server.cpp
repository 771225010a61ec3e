#include "tests/support/postgresql_server.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/spawn.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

/// The directory of the newest server's programs; empty if there is none.
std::string programs() {
  std::string newest;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (fs::exists(version.path() / "bin/postgres") && version.path().string() > newest)
      newest = version.path().string();
  return newest.empty() ? "" : newest + "/bin/";
}

/// In front of a command line: as root, who the server runs as.
std::string as_ordinary_user() {
  return ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
}

}  // namespace

std::string no_postgresql_server() {
  return programs().empty() ? "PostgreSQL's server is not installed (postgresql)" : "";
}

PostgresqlServer::PostgresqlServer(const std::string& settings, bool start_it) : port_(free_port()) {
  const std::string path = directory_.path().string();
  if (::geteuid() == 0) shell("chown postgres:postgres .", path);
  const auto made = shell(as_ordinary_user() + programs() +
                              "initdb -D data -U admin -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions",
                          path);
  if (made.status != 0) throw std::runtime_error("initdb: " + made.err);
  directory_.write("more.conf", "port = " + std::to_string(port_) +
                                    "\nlisten_addresses = '127.0.0.1'\nfsync = off\nunix_socket_directories = '" +
                                    path + "'\nmax_connections = 60\n" + settings + "\n");
  shell(as_ordinary_user() + "sh -c 'cat more.conf >>data/postgresql.conf'", path);
  if (!start_it) return;
  start();
  sql("CREATE ROLE maintainer LOGIN PASSWORD 'ge:he@im'", "postgres");
  sql("CREATE DATABASE fate OWNER maintainer", "postgres");
}

PostgresqlServer::~PostgresqlServer() {
  if (pid_ > 0) kill();
}

std::string PostgresqlServer::url(const std::string& database) const {
  return "postgresql://maintainer:ge%3Ahe%40im@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresqlServer::sql(const std::string& text, const std::string& database) const {
  directory_.write("statement.sql", text);
  const auto answer = shell("psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -U admin -p " + std::to_string(port_) +
                                " -d " + database + " -f statement.sql",
                            directory_.path());
  if (answer.status != 0) throw std::runtime_error("psql: " + answer.err);
  return answer.out;
}

void PostgresqlServer::start() {
  const std::string pdeathsig = ::geteuid() == 0 ? "--pdeathsig KILL " : "";
  std::string command = as_ordinary_user();
  if (!command.empty()) command += pdeathsig;
  pid_ = spawn("cd " + directory_.path().string() + " && exec " + command + programs() + "postgres -D data");
  const bool up = wait_until([&] {
    return shell("psql -X -q -h 127.0.0.1 -U admin -d postgres -c 'SELECT 1' -p " + std::to_string(port_)).status == 0;
  });
  if (!up) throw std::runtime_error("the server did not come up");
}

void PostgresqlServer::kill() {
  // Its processes are its children, each in a session of its own.
  shell("pkill -KILL -P " + std::to_string(pid_) + "; kill -KILL " + std::to_string(pid_));
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  // Those that were just being born notice that the first is gone.
  wait_until(
      [&] { return shell("fuser -s data/postmaster.pid data/base 2>/dev/null", directory_.path()).status != 0; });
  std::error_code ignored;
  fs::remove(fs::path(file("data")) / "postmaster.pid", ignored);
}

void PostgresqlServer::freeze() const {
  shell("kill -STOP " + std::to_string(pid_) + "; pkill -STOP -P " + std::to_string(pid_));
}

void PostgresqlServer::thaw() const {
  shell("pkill -CONT -P " + std::to_string(pid_) + "; kill -CONT " + std::to_string(pid_));
}

}  // namespace fatespec::test
