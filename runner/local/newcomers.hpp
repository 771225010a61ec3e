// Tests that have just been started, and may end before anything else is worth doing.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "runner/local/brief_wait.hpp"

namespace fatespec::runner {

class LocalProcess;

/// Waits in the kernel for the first test that ends, in place of the loop: of one that ends at once the loop then
/// learns nothing, neither its streams nor its end. What stays is given to the loop. Not while a test that runs longer
/// writes, since its pipe would be full before it is read; and only if the test that ended last was short and wrote
/// little. On the loop's thread.
class Newcomers {
 public:
  /// `running`: all tests that run. `patience`: how long the loop may be kept from everything else, once in each turn;
  /// 0: not at all.
  Newcomers(boost::asio::io_context& loop, BriefWait& wait, const std::set<LocalProcess*>& running,
            base::Duration patience)
      : loop_(loop), wait_(wait), running_(running), patience_(patience) {}

  /// Takes one that has just been started: it is told later by ended_at_once() or listen(). False if it is not worth
  /// it.
  bool take(const std::shared_ptr<LocalProcess>& process);
  /// A test has ended that ran so long and wrote so many bytes: the next one may be alike.
  void learn(base::Duration ran, std::uint64_t output);
  /// The loop has read so many bytes of a test's output at once.
  void output_read(std::size_t bytes);

 private:
  void look_later();
  void look();
  /// Nothing if it is none of the new ones.
  std::shared_ptr<LocalProcess> taken_out(pid_t id);
  void let_go(const std::vector<std::shared_ptr<LocalProcess>>& processes);
  void let_go_of_old();

  boost::asio::io_context& loop_;
  BriefWait& wait_;
  const std::set<LocalProcess*>& running_;
  base::Duration patience_;
  bool expected_ = true;           ///< a test that starts is expected to end at once
  base::SteadyTime last_writing_;  ///< when the loop last read much
  bool will_look_ = false;
  std::optional<pid_t> other_;  ///< a child that had ended at the last look, and is none of the new ones
  std::vector<std::shared_ptr<LocalProcess>> processes_;
};

}  // namespace fatespec::runner
