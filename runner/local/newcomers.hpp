// Tests that have just been started, and may end before anything else is worth doing.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "runner/local/brief_wait.hpp"

namespace fatespec::runner {

class LocalProcess;

/// Waits in the kernel for the first of them that ends, in place of the loop: of a test that ends at once the loop then
/// learns nothing, neither its streams nor its end. Only while all that runs is new, since the output of what runs
/// longer is waiting to be read, and only if the test that ended last was short as well. On the loop's thread.
class Newcomers {
 public:
  /// `patience`: how long the loop may be kept from everything else; 0: not at all.
  Newcomers(boost::asio::io_context& loop, BriefWait& wait, base::Duration patience)
      : loop_(loop), wait_(wait), patience_(patience), expected_(patience > base::Duration(0)) {}

  /// Takes one that has just been started: it is told later by ended_at_once() or listen(). False if it is not worth
  /// it. `running`: how many tests run, with this one.
  bool take(const std::shared_ptr<LocalProcess>& process, std::size_t running);
  /// A test has ended that took so long: the next one may be alike.
  void learn(base::Duration took) { expected_ = took <= patience_; }

 private:
  void look_later();
  void look();
  std::shared_ptr<LocalProcess> wait_for_one();
  void let_go_of_old();

  boost::asio::io_context& loop_;
  BriefWait& wait_;
  base::Duration patience_;
  bool expected_;  ///< a test that starts is expected to end at once
  bool will_look_ = false;
  std::vector<std::shared_ptr<LocalProcess>> processes_;
  std::vector<pid_t> ids_;  ///< of wait_for_one(), kept for its memory
};

}  // namespace fatespec::runner
