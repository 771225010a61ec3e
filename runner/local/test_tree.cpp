#include "runner/local/test_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "runner/limits.hpp"

namespace fatespec::runner {

TestTree::TestTree(OrphanReaper& reaper, TestCgroups* cgroups, std::string marker, std::size_t most_processes)
    : reaper_(reaper),
      cgroups_(cgroups),
      marker_(std::move(marker)),
      most_(most_processes),
      cgroup_(cgroups == nullptr ? nullptr : cgroups->take(task_limit(most_processes))) {}

void TestTree::started(pid_t leader) {
  leader_ = leader;
  reaper_.test_started(leader, marker_);
}

std::set<pid_t> TestTree::known_tasks() const { return cgroup_ == nullptr ? std::set<pid_t>() : cgroup_->tasks(); }

std::vector<ProcessEntry> TestTree::living() const {
  return ProcessTable::read().tree_of(leader_, marker_, known_tasks());
}

std::vector<pid_t> TestTree::recent_ids() const {
  std::vector<pid_t> ids;
  for (const auto& process : reaper_.recent_processes().tree_of(leader_, "", known_tasks())) ids.push_back(process.pid);
  return ids;
}

// A test cannot have more processes than its cgroup or the machine has tasks: the costly look is taken only when it
// might.
std::optional<std::string> TestTree::excess(long machine_tasks) const {
  const std::size_t tasks = cgroup_ != nullptr ? cgroup_->count() : static_cast<std::size_t>(machine_tasks);
  if (tasks <= most_ || reaper_.recent_processes().size_of(leader_, marker_, known_tasks()) <= most_) return refusal();
  return fmt::format("had more than {} processes at once", most_);
}

std::optional<std::string> TestTree::refusal() const {
  if (cgroup_ == nullptr || !cgroup_->has_refused()) return std::nullopt;
  return fmt::format("had more than {} processes and threads at once", task_limit(most_));
}

// What has left the group is looked for before: it is found through its parents, whom the signal ends.
void TestTree::signal(int signal) {
  if (leader_ <= 0) return;  // it would go to the first process of the machine
  const auto others = outside_the_group();
  if (cgroup_ == nullptr) reaper_.signal_orphans(leader_, signal);
  ::kill(-leader_, signal);
  ::kill(-leader_, SIGCONT);
  for (const auto& process : others) {
    ::kill(process.pid, signal);
    ::kill(process.pid, SIGCONT);
  }
}

// Where the reaper tells the orphans, what has left the group but not its parents is left. Hundreds of tests may be
// ended at once, so these share a look at the machine; what was started after it has the SIGKILL that follows.
std::vector<ProcessEntry> TestTree::outside_the_group() const {
  auto processes = cgroup_ != nullptr ? living() : reaper_.recent_processes().tree_of(leader_, "", {});
  const bool told = cgroup_ == nullptr;
  std::erase_if(processes, [&, self = ::getpid()](const ProcessEntry& process) {
    return process.group == leader_ || (told && process.parent == self);
  });
  return processes;
}

void TestTree::freeze_and_kill() {
  constexpr int most_passes = 50;
  if (leader_ <= 0) return;
  if (cgroup_ != nullptr) cgroup_->forbid_tasks();
  ::kill(-leader_, SIGSTOP);
  std::set<pid_t> frozen;
  for (int pass = 0; pass < most_passes; ++pass) {
    bool found = false;
    for (const auto& process : living()) {
      if (!frozen.insert(process.pid).second) continue;
      found = true;
      ::kill(process.pid, SIGSTOP);
    }
    if (!found) break;
  }
  for (const pid_t pid : frozen) ::kill(pid, SIGKILL);
}

bool TestTree::has_survivors() { return reaper_.signal_orphans(leader_, 0) > 0 || !known_tasks().empty(); }

// The cgroup also holds what has left the group and cleaned its environment.
std::size_t TestTree::kill_survivors() {
  const std::size_t orphans = reaper_.signal_orphans(leader_, SIGKILL);
  const std::size_t tasks = cgroup_ == nullptr ? 0 : cgroup_->count();
  if (tasks == 0) return orphans;
  for (const pid_t task : cgroup_->tasks()) ::kill(task, SIGKILL);
  reaper_.reap_dead();
  return std::max(orphans, tasks);
}

// What cannot be killed keeps its cgroup.
model::Usage TestTree::ended(bool survivors) {
  if (!survivors) give_cgroup_back();
  return reaper_.test_ended(leader_);
}

void TestTree::give_cgroup_back() {
  if (cgroup_ != nullptr) cgroups_->give_back(std::exchange(cgroup_, nullptr));
}

}  // namespace fatespec::runner
