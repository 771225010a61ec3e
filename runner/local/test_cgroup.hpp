// Groups of tasks in which the kernel itself limits what a test may start (cgroups v2), where they can be had.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"

namespace fatespec::runner {

/// One group. Tests use it one after the other; between them it is empty. A task is a process or one of its threads.
///
/// The format of the files is in the kernel's Documentation/admin-guide/cgroup-v2.rst, "Threads" and "PID".
class TestCgroup {
 public:
  /// Makes the group below the caller's own.
  static base::Result<std::unique_ptr<TestCgroup>> create(const std::filesystem::path& path);
  TestCgroup(const TestCgroup&) = delete;
  TestCgroup& operator=(const TestCgroup&) = delete;
  /// Removes the group if it is empty.
  ~TestCgroup();

  /// For the next test: how many tasks it may have at once; more are refused with EAGAIN.
  base::Result<void> begin(std::uint64_t most_tasks);
  /// A process with one thread moves itself into the group by writing "0" here. That takes none of the locks that forks
  /// wait for, which moving another process does.
  int entrance() const { return entrance_.get(); }
  /// From now on nothing in it starts anything.
  void forbid_tasks();
  /// How many there are, also dead ones that nobody has waited for.
  std::size_t count() const;
  /// True if the kernel has refused a task since begin().
  bool has_refused() const;
  /// The living ones, those of groups inside this one too.
  std::set<pid_t> tasks() const;

 private:
  TestCgroup() = default;
  std::uint64_t refusals() const;

  std::filesystem::path path_;
  base::FileDescriptor entrance_;
  base::FileDescriptor current_;
  base::FileDescriptor events_;
  std::uint64_t most_ = 0;
  std::uint64_t refusals_before_ = 0;
};

/// The groups of one runner. They are made inside its own cgroup, which others may share, if whoever gave it allows
/// that (systemd does for what runs below a user's service manager, and where Delegate=yes). Not thread-safe.
class TestCgroups {
 public:
  /// An error says why there are none: no cgroups v2, no rights, no controller.
  static base::Result<std::unique_ptr<TestCgroups>> open();
  TestCgroups(const TestCgroups&) = delete;
  TestCgroups& operator=(const TestCgroups&) = delete;
  ~TestCgroups();

  /// A group for one test; nullptr if none can be had. It stays ours.
  TestCgroup* take(std::uint64_t most_tasks);
  void give_back(TestCgroup* cgroup) { free_.push_back(cgroup); }

  /// After a runner was killed: kills what is in its groups and removes them.
  static void end_those_of(pid_t runner);

 private:
  explicit TestCgroups(std::filesystem::path own) : own_(std::move(own)) {}

  std::filesystem::path own_;
  std::vector<std::unique_ptr<TestCgroup>> all_;
  std::vector<TestCgroup*> free_;
};

}  // namespace fatespec::runner
