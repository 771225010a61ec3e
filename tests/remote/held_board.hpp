// A board that another runner works on.
#pragma once

#include "tests/remote/board_run.hpp"

namespace fatespec::test {

/// The board's lock is held by a process that does nothing, as long as this object lives or until release().
class HeldBoard {
 public:
  explicit HeldBoard(const SshServer& server) {
    const std::string lock = server.scratch() + "/lock";
    shell("mkdir -p " + lock +
              "; sleep 1000 >/dev/null 2>&1 & pid=$!; set -- $(cut -d')' -f2 /proc/$pid/stat); shift 19; "
              "echo $pid >pid; printf '%s %s exclusive %s\\nanother\\n' $pid "
              "$(cat /proc/sys/kernel/random/boot_id) $1 >" +
              lock + "/another",
          directory_.path());
  }
  HeldBoard(const HeldBoard&) = delete;
  HeldBoard& operator=(const HeldBoard&) = delete;
  ~HeldBoard() { release(); }
  void release() {
    if (!std::exchange(held_, false)) return;
    shell("kill $(cat pid)", directory_.path());
  }

 private:
  TemporaryDirectory directory_;
  bool held_ = true;
};

}  // namespace fatespec::test
