#include "runner/local/test_cgroup.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/local/kernel_file.hpp"

namespace fatespec::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "fatespec-";  ///< then the runner's pid, '-' and a number

base::Result<void> write_control(const fs::path& file, std::string_view text) {
  const base::FileDescriptor control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!control || ::write(control.get(), text.data(), text.size()) < 0) return base::io_error(file, errno);
  return {};
}

bool has_word(std::string_view text, std::string_view word) {
  const auto words = base::split(base::trim(text), ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The group and those inside it, the innermost first.
std::vector<fs::path> with_inner(const fs::path& group) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(group)) {
    if (!entry.is_directory(ignored)) continue;
    const auto inner = with_inner(entry.path());
    all.insert(all.end(), inner.begin(), inner.end());
  }
  all.push_back(group);
  return all;
}

/// Of a threaded group the processes cannot be read, only the threads; a signal to one goes to its process.
std::set<pid_t> tasks_in(const fs::path& group) {
  std::set<pid_t> found;
  for (const auto& part : with_inner(group)) {
    const std::string list = read_kernel_file(part / "cgroup.threads");
    for (const auto line : base::split(list, '\n'))
      // 0: of a pid namespace that we do not see. To kill() it would be our own group.
      if (const auto pid = base::parse_integer(line); pid && *pid > 0) found.insert(static_cast<pid_t>(*pid));
  }
  return found;
}

void remove_group(const fs::path& group) {
  for (const auto& part : with_inner(group)) ::rmdir(part.c_str());
}

/// proc(5): "ID parent major:minor root mount-point options … - type source options"
fs::path mounted_at(const std::string& own_path) {
  const std::string mounts = read_kernel_file("/proc/self/mountinfo");
  for (const auto line : base::split(mounts, '\n')) {
    if (line.find(" - cgroup2 ") == std::string_view::npos) continue;
    const auto fields = base::split(line, ' ');
    constexpr std::size_t root_field = 3;
    const std::string_view root = fields.at(root_field) == "/" ? "" : fields.at(root_field);
    if (!own_path.starts_with(root)) continue;
    return fs::path(fields.at(root_field + 1)) / fs::path(own_path.substr(root.size())).relative_path();
  }
  return {};
}

/// The directory of our own group: proc/self/cgroup has "0::/path" for the second version.
fs::path own_group() {
  const std::string groups = read_kernel_file("/proc/self/cgroup");
  for (const auto line : base::split(groups, '\n'))
    if (line.starts_with("0::/")) return mounted_at(std::string(line.substr(3)));
  return {};
}

std::vector<fs::path> groups_named(const fs::path& own, std::string_view prefix) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(own))
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path());
  return found;
}

base::Result<void> enable(const fs::path& own) { return write_control(own / "cgroup.subtree_control", "+pids"); }

bool has_inner_groups(const fs::path& group) { return with_inner(group).size() > 1; }

/// Groups of runners that were killed together with their guardian.
void remove_abandoned(const fs::path& own) {
  for (const auto& group : groups_named(own, name_prefix)) {
    const std::string name = group.filename();
    const auto pid = base::parse_integer(base::split(std::string_view(name).substr(name_prefix.size()), '-').front());
    if (pid && *pid > 0 && ::kill(static_cast<pid_t>(*pid), 0) != 0 && errno == ESRCH) remove_group(group);
  }
}

}  // namespace

base::Result<std::unique_ptr<TestCgroup>> TestCgroup::create(const fs::path& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return base::io_error(path, errno);
  std::unique_ptr<TestCgroup> group(new TestCgroup);
  group->path_ = path;
  // Only threaded groups may be inside one that has processes of its own, as ours has.
  if (auto threaded = write_control(path / "cgroup.type", "threaded"); !threaded) return threaded.error();
  group->entrance_.reset(::open((path / "cgroup.threads").c_str(), O_WRONLY | O_CLOEXEC));
  group->current_.reset(::open((path / "pids.current").c_str(), O_RDONLY | O_CLOEXEC));
  // From Linux 6.11 on pids.events also counts what groups inside were refused, as those of a runner that is a test.
  group->events_.reset(::open((path / "pids.events.local").c_str(), O_RDONLY | O_CLOEXEC));
  if (!group->events_) group->events_.reset(::open((path / "pids.events").c_str(), O_RDONLY | O_CLOEXEC));
  if (!group->entrance_ || !group->current_ || !group->events_) return base::io_error(path, errno);
  return group;
}

TestCgroup::~TestCgroup() { remove_group(path_); }

base::Result<void> TestCgroup::begin(std::uint64_t most_tasks) {
  refusals_before_ = refusals();
  if (most_tasks == most_) return {};
  const std::string most = most_tasks == UINT64_MAX ? "max" : std::to_string(most_tasks);
  if (auto limited = write_control(path_ / "pids.max", most); !limited) return limited;
  most_ = most_tasks;
  return {};
}

void TestCgroup::forbid_tasks() {
  if (write_control(path_ / "pids.max", "0")) most_ = 0;
}

std::size_t TestCgroup::count() const {
  const std::string text = read_kernel_file(current_.get());
  return static_cast<std::size_t>(base::parse_integer(base::trim(text)).value_or(0));
}

std::uint64_t TestCgroup::refusals() const {
  const std::string text = read_kernel_file(events_.get());  // "max 3"
  const auto fields = base::split(base::trim(text.substr(0, text.find('\n'))), ' ');
  return fields.size() == 2 ? static_cast<std::uint64_t>(base::parse_integer(fields[1]).value_or(0)) : 0;
}

bool TestCgroup::has_refused() const { return refusals() > refusals_before_; }

std::set<pid_t> TestCgroup::tasks() const { return tasks_in(path_); }

base::Result<std::unique_ptr<TestCgroups>> TestCgroups::open() {
  const fs::path own = own_group();
  if (own.empty()) return base::Error{base::ErrorKind::not_found, "no cgroups v2 here"};
  if (!has_word(read_kernel_file(own / "cgroup.controllers"), "pids"))
    return base::Error{base::ErrorKind::not_found, own.string() + ": the pids controller is not available"};
  remove_abandoned(own);
  if (auto enabled = enable(own); !enabled) return enabled.error();
  return std::unique_ptr<TestCgroups>(new TestCgroups(own));
}

// The last one out puts back what it found.
TestCgroups::~TestCgroups() {
  all_.clear();
  if (!has_inner_groups(own_)) (void)write_control(own_ / "cgroup.subtree_control", "-pids");
}

TestCgroup* TestCgroups::take(std::uint64_t most_tasks) {
  if (free_.empty()) {
    static std::atomic<unsigned> number = 0;  // a runner may have groups for its probes besides
    if (!enable(own_)) return nullptr;        // another runner may have been the last one out
    auto made = TestCgroup::create(own_ / fmt::format("{}{}-{}", name_prefix, ::getpid(), ++number));
    if (!made) return nullptr;
    all_.push_back(std::move(made).value());
    free_.push_back(all_.back().get());
  }
  TestCgroup* group = free_.back();
  if (!group->begin(most_tasks)) return nullptr;
  free_.pop_back();
  return group;
}

void TestCgroups::end_those_of(pid_t runner) {
  constexpr int most_passes = 200;
  const fs::path own = own_group();
  if (own.empty()) return;
  for (const auto& group : groups_named(own, fmt::format("{}{}-", name_prefix, runner))) {
    (void)write_control(group / "pids.max", "0");
    for (int pass = 0; pass < most_passes; ++pass) {
      for (const pid_t task : tasks_in(group)) ::kill(task, SIGKILL);
      remove_group(group);
      if (!fs::exists(group)) break;
      ::poll(nullptr, 0, 10);
    }
  }
  if (!has_inner_groups(own)) (void)write_control(own / "cgroup.subtree_control", "-pids");
}

}  // namespace fatespec::runner
