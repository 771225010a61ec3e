// A real sshd as a board.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/support/support.hpp"

namespace fatespec::test {

/// Why there can be no sshd here; empty if there can.
std::string no_ssh_server();

/// OpenSSH's sshd on a free port of the loopback, with its own keys, as whoever runs the tests. The home
/// is an empty one: what shells read in ours, and how long that takes, is no matter of these tests.
class SshServer {
 public:
  /// `extra`: lines of sshd_config. `wrapper`: a command in front of sshd's. `address`: where it listens.
  explicit SshServer(const std::string& extra = "", std::string wrapper = "", std::string address = "127.0.0.1");
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;
  ~SshServer();

  int port() const { return port_; }
  /// A path in its directory: host, host.pub, id, id.pub, authorized_keys, known_hosts.
  std::string file(const std::string& name) const { return directory_ / name; }
  /// Where tests work: inside of the server's directory.
  std::string scratch() const { return directory_ / "scratch"; }
  /// The settings of a target, in YAML's flow style without braces. `port`: of a line in front of it.
  std::string target(const std::string& extra = "", int port = 0) const;

  void start();
  /// Ends it with all connections.
  void stop();

 private:
  TemporaryDirectory directory_;
  std::string wrapper_;
  std::string address_;
  int port_;
  pid_t pid_ = -1;
};

/// A line to a server that is slow, and can be cut.
class SlowLine {
 public:
  SlowLine(int target_port, double delay_ms);
  SlowLine(const SlowLine&) = delete;
  SlowLine& operator=(const SlowLine&) = delete;
  ~SlowLine();
  int port() const { return port_; }
  /// Connections are reset.
  void cut() const;
  /// Nothing more comes through the connections that there are.
  void go_dead() const;
  /// Nor through the newest of them; the others work on.
  void newest_goes_dead() const;

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

/// The processes whose environment or command line names the directory.
std::string processes_of(const std::string& directory);

}  // namespace fatespec::test
