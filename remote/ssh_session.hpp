// An authenticated ssh session: how a host is reached, recognised and convinced. Blocking; for a thread of its own.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"

struct ssh_session_struct;

namespace fatespec::remote {

struct SshAddress {
  std::string host;                                     ///< name, address, or alias of the user's ssh configuration
  int port = 0;                                         ///< 0: as the configuration says
  std::string user;                                     ///< empty: as the configuration says
  std::string identity_file;                            ///< empty: agent and the usual keys
  std::string known_hosts_file;                         ///< empty: the usual ones
  base::Duration patience = std::chrono::seconds(10);   ///< for connecting and each answer after it
  base::Duration keepalive = std::chrono::seconds(15);  ///< without an answer, after which the connection is lost
};

struct SshSessionCloser {
  void operator()(ssh_session_struct* session) const;
};
using SshSession = std::unique_ptr<ssh_session_struct, SshSessionCloser>;

/// What went wrong decides what is done about it: a host that is away may come back, a key that is refused will not be
/// accepted later.
struct SshProblem {
  std::string message;
  bool may_pass = false;
};

/// Connects with the user's own ssh configuration (~/.ssh/config, agent, keys, known hosts), which the address
/// overrides. Asks nobody anything: no password, no passphrase, no unknown host.
boost::system::result<SshSession, SshProblem> open_session(const SshAddress& address);

}  // namespace fatespec::remote
