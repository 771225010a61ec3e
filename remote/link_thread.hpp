// The thread of an ssh connection.
#pragma once

#include <memory>

#include "remote/link_mailbox.hpp"
#include "remote/ssh_session.hpp"

namespace fatespec::remote {

/// Connects, tells so, and serves the mailbox's orders until the link is abandoned or lost.
void serve_link(const std::shared_ptr<LinkMailbox>& mailbox, const SshAddress& address);

}  // namespace fatespec::remote
