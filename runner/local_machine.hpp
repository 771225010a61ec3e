// What the processes of this machine's tests share.
#pragma once

#include <set>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "runner/guardian.hpp"
#include "runner/orphan_reaper.hpp"
#include "runner/program_finder.hpp"

namespace fatespec::runner {

class LocalProcess;

struct LocalLimits {
  /// Between SIGTERM and SIGKILL for a test that takes too long.
  base::Duration grace = std::chrono::seconds(5);
  /// How long the output may stay open after the test's process has ended; then the test is `leaky`.
  base::Duration leak = std::chrono::milliseconds(200);
  /// How long a debugger may take to tell where a test hangs.
  base::Duration stack = std::chrono::seconds(10);
  /// How often what tests take is looked at.
  base::Duration look = std::chrono::milliseconds(50);
};

/// Belongs to the executor; used on the loop's thread.
struct LocalMachine {
  boost::asio::io_context& loop;
  LocalLimits limits;
  Guardian* guardian = nullptr;  ///< optional
  OrphanReaper reaper = {};
  ProgramFinder programs = {};
  std::set<LocalProcess*> running = {};
};

}  // namespace fatespec::runner
