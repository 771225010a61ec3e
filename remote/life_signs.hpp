// Whether an ssh connection is still one.
#pragma once

#include <libssh/libssh.h>

#include <cstdint>

#include "base/clock.hpp"

namespace fatespec::remote {

/// A line may be dead without anybody saying so: a router forgets it, a cable is pulled. So the host's ssh server is
/// asked now and then; whatever comes is an answer. Each connection has its own, as one alone may be dead. On the
/// connection's thread; the session is in non-blocking mode and outlives it.
class LifeSigns {
 public:
  /// `patience`: how long a question may stay without an answer.
  LifeSigns(ssh_session session, base::Duration patience);
  LifeSigns(const LifeSigns&) = delete;
  LifeSigns& operator=(const LifeSigns&) = delete;
  ~LifeSigns();

  /// To be called at least this often, each time after what has come was handled.
  base::Duration interval() const { return patience_ / 4; }
  /// False if the line is dead.
  bool look();

 private:
  void ask();

  ssh_session session_;
  base::Duration patience_;
  ssh_counter_struct counter_{};  ///< the library counts the bytes
  std::uint64_t seen_ = 0;
  bool waiting_ = false;          ///< for an answer
  base::SteadyTime asked_;        ///< the last time
  base::SteadyTime asked_first_;  ///< since there was an answer
};

}  // namespace fatespec::remote
