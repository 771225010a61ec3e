// Runs a command beside a real service, which ends with it: with_service postgresql|slurm COMMAND…
// The command finds the database in STORE_URL, the cluster in SLURM_CONF.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/postgresql_server.hpp"
#include "tests/support/slurm_cluster.hpp"

namespace {

int run(char** words) {
  std::string command;
  for (; *words != nullptr; ++words) command += std::string(command.empty() ? "" : " ") + *words;
  return std::system(command.c_str()) == 0 ? 0 : 1;
}

int missing(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return 77;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace fatespec::test;
  const std::string service = argc > 2 ? argv[1] : "";
  if (service == "postgresql") {
    if (const auto why = no_postgresql_server(); !why.empty()) return missing(why);
    const PostgresqlServer server("shared_buffers = 512MB\nmax_wal_size = 4GB\nmax_connections = 250");
    ::setenv("STORE_URL", server.url().c_str(), 1);
    return run(argv + 2);
  }
  if (service == "slurm") {
    if (const auto why = no_slurm_cluster(); !why.empty()) return missing(why);
    const SlurmCluster cluster;
    const std::string variable = cluster.environment();
    ::setenv("SLURM_CONF", variable.substr(variable.find('=') + 1).c_str(), 1);
    return run(argv + 2);
  }
  return 2;
}
