#include "remote/life_signs.hpp"

#include <libssh/server.h>

namespace fatespec::remote {

LifeSigns::LifeSigns(ssh_session session, base::Duration patience) : session_(session), patience_(patience) {
  ssh_set_counters(session_, &counter_, nullptr);
  asked_ = std::chrono::steady_clock::now();
}

LifeSigns::~LifeSigns() { ssh_set_counters(session_, nullptr, nullptr); }

// What counts is the time since a question: a runner that was stopped for an hour has asked nothing meanwhile.
bool LifeSigns::look() {
  const auto now = std::chrono::steady_clock::now();
  if (counter_.in_bytes != seen_) waiting_ = false;
  seen_ = counter_.in_bytes;
  if (waiting_ && now - asked_first_ > patience_) return false;
  if (now - asked_ < interval()) return true;
  ask();
  asked_ = now;
  if (!waiting_) asked_first_ = now;
  waiting_ = true;
  return true;
}

// In non-blocking mode a call only looks what became of the request before it, if there was one.
void LifeSigns::ask() {
  ssh_send_keepalive(session_);
  ssh_send_keepalive(session_);
}

}  // namespace fatespec::remote
