// What the processes of this machine's tests share.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "runner/local/brief_wait.hpp"
#include "runner/local/busy_processors.hpp"
#include "runner/local/disk_usage.hpp"
#include "runner/local/guardian.hpp"
#include "runner/local/newcomers.hpp"
#include "runner/local/orphan_reaper.hpp"
#include "runner/local/program_finder.hpp"
#include "runner/local/test_cgroup.hpp"

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
  /// How long the loop may be kept from everything else, in each of its turns, to wait for tests that may end at once;
  /// 0: not at all.
  base::Duration patience = std::chrono::milliseconds(3);
};

/// Belongs to the executor; used on the loop's thread.
struct LocalMachine {
  boost::asio::io_context& loop;
  LocalLimits limits;
  Guardian* guardian = nullptr;  ///< optional
  OrphanReaper reaper = {};
  ProgramFinder programs = {};
  BriefWait brief_wait = {};
  BusyProcessors processors = {};
  std::set<LocalProcess*> running = {};
  Newcomers newcomers = Newcomers(loop, brief_wait, running, limits.patience);
  std::unique_ptr<TestCgroups> cgroups = {};  ///< where they can be had
  base::FileDescriptor null = base::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));  ///< stdin of most tests
  /// Bytes in use where test directories are, at the last look; a test that starts takes it for what was there before.
  std::optional<std::uint64_t> disk_used = {};

  void look_at_disk(const std::string& directory) {
    if (const auto space = disk_space(directory)) disk_used = space->used;
  }
};

}  // namespace fatespec::runner
