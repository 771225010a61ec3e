#include "runner/local/orphan_reaper.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "runner/local/kernel_file.hpp"

namespace fatespec::runner {

void add_usage(model::Usage& sum, const rusage& usage) {
  const auto duration = [](const timeval& time) -> base::Duration {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  sum.user += duration(usage.ru_utime);
  sum.system += duration(usage.ru_stime);
  sum.max_rss_kib = std::max(sum.max_rss_kib, static_cast<std::uint64_t>(usage.ru_maxrss));
}

namespace {

/// As the kernel counts when a process was started: proc(5), starttime.
std::uint64_t ticks_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  constexpr std::uint64_t nanoseconds = 1'000'000'000;
  return static_cast<std::uint64_t>(now.tv_sec) * ticks + static_cast<std::uint64_t>(now.tv_nsec) * ticks / nanoseconds;
}

}  // namespace

// What a shell had started before it became this program (`Xvfb :1 & exec fatespec run`) is a child of ours as well.
OrphanReaper::OrphanReaper() : began_(ticks_since_boot()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  children_.reset(::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC));
  for (const pid_t child : orphans()) ignore(child);
}

void OrphanReaper::test_started(pid_t leader, const std::string& marker) { tests_[leader] = {++sequence_, marker}; }

model::Usage OrphanReaper::test_ended(pid_t leader) {
  tests_.erase(leader);
  const auto used = usage_.extract(leader);
  return used.empty() ? model::Usage() : used.mapped();
}

const ProcessTable& OrphanReaper::recent_processes() {
  constexpr auto old = std::chrono::milliseconds(20);
  if (std::chrono::steady_clock::now() - recent_since_ > old) {
    recent_ = ProcessTable::read();
    recent_since_ = std::chrono::steady_clock::now();
  }
  return recent_;
}

std::vector<pid_t> OrphanReaper::orphans() {
  std::vector<pid_t> found;
  if (!children_) return found;
  const std::string list = read_kernel_file(children_.get());
  for (const auto word : base::split(list, ' ')) {
    const auto pid = base::parse_integer(word);
    if (!pid) continue;
    const auto child = static_cast<pid_t>(*pid);
    if (!tests_.contains(child) && !ignored_.contains(child) && !is_older_than_tests(child)) found.push_back(child);
  }
  return found;
}

// One whose parent was not ours, and has died. It stays a child of ours, so that its number becomes nobody else's.
bool OrphanReaper::is_older_than_tests(pid_t child) {
  if (looked_at_.contains(child)) return false;
  const auto entry = process_entry(child);
  const bool is_older = entry && entry->start < began_;
  (is_older ? ignored_ : looked_at_).insert(child);
  return is_older;
}

// A dead process has no environment any more, but still its group.
pid_t OrphanReaper::owner_of(pid_t pid) {
  const auto known = owners_.find(pid);
  if (known != owners_.end() && tests_.contains(known->second)) return known->second;
  const pid_t group = ::getpgid(pid);
  if (tests_.contains(group)) return group;
  const auto environment = environment_of(pid);
  for (const auto& [leader, test] : tests_) {
    if (std::find(environment.begin(), environment.end(), test.marker) == environment.end()) continue;
    owners_[pid] = leader;
    return leader;
  }
  return 0;
}

// Older than every test that runs, or nobody else's.
bool OrphanReaper::may_be_of(pid_t pid, pid_t leader) {
  const auto oldest = std::min_element(tests_.begin(), tests_.end(),
                                       [](auto& a, auto& b) { return a.second.sequence < b.second.sequence; });
  const auto [seen, added] = unknown_.try_emplace(pid, sequence_);
  const bool alone = tests_.empty() || (tests_.size() == 1 && tests_.begin()->first == leader);
  return alone || oldest->second.sequence > seen->second;
}

bool OrphanReaper::reap_if_dead(pid_t pid, pid_t owner) {
  rusage usage{};
  if (::wait4(pid, nullptr, WNOHANG, &usage) != pid) return false;
  unknown_.erase(pid);
  owners_.erase(pid);
  looked_at_.erase(pid);
  if (owner != 0) add_usage(usage_[owner], usage);
  return true;
}

void OrphanReaper::reap_dead() {
  for (const pid_t pid : orphans()) reap_if_dead(pid, owner_of(pid));
}

std::size_t OrphanReaper::signal_orphans(pid_t leader, int signal) {
  std::size_t alive = 0;
  for (const pid_t pid : orphans()) {
    pid_t owner = owner_of(pid);
    if (owner == 0 && may_be_of(pid, leader)) owner = leader;
    if (reap_if_dead(pid, owner) || owner != leader) continue;
    ++alive;
    if (signal != 0) ::kill(pid, signal);
    if (signal == SIGTERM) ::kill(pid, SIGCONT);
  }
  return alive;
}

std::size_t OrphanReaper::signal_all(int signal) {
  std::size_t left = 0;
  for (const pid_t pid : orphans()) {
    if (::waitpid(pid, nullptr, WNOHANG) == pid) continue;
    ++left;
    ::kill(pid, signal);
  }
  return left;
}

}  // namespace fatespec::runner
