#include "runner/local/guardian.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>
#include <new>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "runner/local/process_table.hpp"
#include "runner/local/scratch.hpp"
#include "runner/local/test_cgroup.hpp"

namespace fatespec::runner {
namespace {

constexpr std::size_t most_tests = 4096;  ///< as many as --jobs allows; tests beyond are not guarded
constexpr std::size_t most_orphans = 1024;
constexpr std::size_t longest_path = PATH_MAX;  ///< of which pages are touched as they are needed
constexpr std::size_t longest_scratch = 4096;

}  // namespace

/// Written by the runner, read by the guardian after the runner's end.
struct Guardian::Shared {
  struct Orphan {
    std::atomic<pid_t> pid;
    std::uint64_t start;
  };
  std::array<char, longest_scratch> scratch;
  std::array<Orphan, most_orphans> orphans;
  // Of the tests, by their slots. What is never used of the paths takes no memory.
  std::array<std::atomic<pid_t>, most_tests> leaders;
  std::array<std::array<char, longest_path>, most_tests> directories;
};

namespace {

using Shared = Guardian::Shared;

/// Who writes it may be killed at any moment, and half a path is another directory: one is there once its first byte
/// is.
template <std::size_t size>
bool publish_path(std::array<char, size>& to, const std::string& path) {
  if (path.empty() || path.size() >= to.size()) return false;
  const std::atomic_ref<char> first(to[0]);
  first.store(0, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the order in which this thread does it is all that counts
  std::memcpy(to.data() + 1, path.c_str() + 1, path.size());
  std::atomic_signal_fence(std::memory_order_seq_cst);
  first.store(path[0], std::memory_order_release);
  return true;
}

/// True if a TEST_DIR inside the run's directory stands in the process's environment.
bool is_marked(pid_t pid, const std::string& scratch) {
  const std::string marker = "TEST_DIR=" + scratch + "/";
  const auto environment = environment_of(pid);
  return std::any_of(environment.begin(), environment.end(), [&](const auto& e) { return e.starts_with(marker); });
}

std::set<pid_t> victims(const Shared& shared) {
  std::set<pid_t> leaders;
  for (const auto& leader : shared.leaders)
    if (leader > 0) leaders.insert(leader);
  const std::string scratch = shared.scratch.data();
  std::map<pid_t, std::uint64_t> orphans;
  for (const auto& orphan : shared.orphans)
    if (orphan.pid > 0) orphans.emplace(orphan.pid, orphan.start);
  const auto table = ProcessTable::read();
  std::set<pid_t> found;
  for (const auto& process : table.entries()) {
    const auto orphan = orphans.find(process.pid);
    const bool known = orphan != orphans.end() && orphan->second == process.start;
    const bool ours = known || leaders.contains(process.session) || leaders.contains(process.group);
    if (ours || (!scratch.empty() && is_marked(process.pid, scratch))) found.insert(process.pid);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& process : table.entries())
      if (found.contains(process.parent)) grew = found.insert(process.pid).second || grew;
  }
  std::erase_if(found, [&](pid_t pid) {
    return pid == ::getpid() || std::none_of(table.entries().begin(), table.entries().end(), [&](const auto& process) {
             return process.pid == pid && process.is_alive();
           });
  });
  return found;
}

// One look may miss what is forked behind it, and what is just beginning its program, whose environment cannot be read:
// only several that find nothing, one after the other, mean that nothing is left.
void kill_leftovers(const Shared& shared) {
  constexpr int most_passes = 500;
  constexpr int enough = 5;
  int in_vain = 0;
  for (int pass = 0; pass < most_passes && in_vain < enough; ++pass) {
    const auto found = victims(shared);
    in_vain = found.empty() ? in_vain + 1 : 0;
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    ::poll(nullptr, 0, found.empty() ? 40 : 10);
  }
}

// What was kept of failed tests stays: only directories that were not settled, and empty ones, go.
void remove_directories(const Shared& shared) {
  namespace fs = std::filesystem;
  for (const auto& directory : shared.directories)
    if (directory[0] != 0) (void)base::remove_tree(directory.data());
  if (shared.scratch[0] == 0) return;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(shared.scratch.data())) {
    if (entry.path().filename().string().starts_with(Scratch::discarded_prefix)) (void)base::remove_tree(entry.path());
    else ::rmdir(entry.path().c_str());
  }
  ::rmdir(shared.scratch.data());
}

// Nothing of the runner's is held open: a reader of its output must see the end when the runner ends.
void let_go_of_everything(int life_line) {
  ::setsid();
  ::prctl(PR_SET_NAME, "test-guardian");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) ::signal(signal, SIG_IGN);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd) ::dup2(null, fd);
  ::dup2(life_line, 3);
  ::close_range(4, ~0U, 0);
  (void)!::chdir("/");
}

[[noreturn]] void stand_guard(const Shared& shared, pid_t runner) {
  char farewell = 0;
  ssize_t got = 0;
  while ((got = ::read(3, &farewell, 1)) < 0 && errno == EINTR) {
  }
  if (got != 1) {
    TestCgroups::end_those_of(runner);
    kill_leftovers(shared);
    remove_directories(shared);
  }
  ::_exit(0);
}

}  // namespace

base::Result<std::unique_ptr<Guardian>> Guardian::start() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return base::io_error("guardian", errno);
  auto* shared = new (memory) Shared;  // fresh pages are zero: no tests
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::io_error("guardian", errno);
  const pid_t runner = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return base::io_error("guardian", errno);
  if (pid == 0) {
    let_go_of_everything(ends[0]);
    stand_guard(*shared, runner);
  }
  ::close(ends[0]);
  return std::unique_ptr<Guardian>(new Guardian(shared, pid, base::FileDescriptor(ends[1])));
}

Guardian::Guardian(Shared* shared, pid_t pid, base::FileDescriptor life_line)
    : shared_(shared), pid_(pid), life_line_(std::move(life_line)) {
  for (std::size_t i = most_tests; i-- > 0;) free_.push_back(i);
}

Guardian::~Guardian() {
  (void)!::write(life_line_.get(), "f", 1);
  life_line_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::munmap(shared_, sizeof(Shared));
}

void Guardian::guard(const std::string& scratch_directory) { publish_path(shared_->scratch, scratch_directory); }

void Guardian::know_orphans(const std::vector<pid_t>& orphans) {
  if (orphans == orphans_) return;
  orphans_ = orphans;
  std::size_t slot = 0;
  for (const pid_t pid : orphans) {
    if (slot == most_orphans) break;
    const auto entry = process_entry(pid);
    if (!entry) continue;
    shared_->orphans.at(slot).start = entry->start;
    shared_->orphans.at(slot++).pid = pid;
  }
  for (; slot < most_orphans && shared_->orphans.at(slot).pid != 0; ++slot) shared_->orphans.at(slot).pid = 0;
}

void Guardian::test_started(pid_t leader, const std::string& directory) {
  if (free_.empty()) return;
  const std::size_t slot = free_.back();
  free_.pop_back();
  used_[leader] = slot;
  auto& guarded = shared_->directories.at(slot);
  if (!directory.empty() && publish_path(guarded, directory)) directories_[directory] = slot;
  else guarded[0] = 0;
  shared_->leaders.at(slot).store(leader, std::memory_order_release);
}

void Guardian::test_ended(pid_t leader) {
  const auto used = used_.find(leader);
  if (used == used_.end()) return;
  shared_->leaders.at(used->second) = 0;
  if (shared_->directories.at(used->second)[0] == 0) free_.push_back(used->second);
  used_.erase(used);
}

void Guardian::directory_settled(const std::string& directory) {
  const auto guarded = directories_.find(directory);
  if (guarded == directories_.end()) return;
  shared_->directories.at(guarded->second)[0] = 0;
  if (shared_->leaders.at(guarded->second) == 0) free_.push_back(guarded->second);
  directories_.erase(guarded);
}

}  // namespace fatespec::runner
