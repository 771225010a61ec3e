#include "runner/local/scratch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "runner/local/disk_usage.hpp"
#include "runner/local/guardian.hpp"

namespace fatespec::runner {

namespace {

std::string temporary_directory() {
  const char* temporary = std::getenv("TMPDIR");
  return temporary != nullptr && *temporary == '/' ? temporary : "/tmp";
}

std::string prefix_of(const std::string& run_id) { return fmt::format("fatespec-{}-", run_id); }

}  // namespace

std::string Scratch::path_of(const std::string& run_id) {
  return fmt::format("{}/{}{}", temporary_directory(), prefix_of(run_id), ::getpid());
}

std::vector<std::string> Scratch::kept_by(const std::string& run_id) {
  std::vector<std::string> all;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(temporary_directory())) {
    struct stat status {};
    const bool is_its = entry.path().filename().string().starts_with(prefix_of(run_id));
    if (is_its && ::lstat(entry.path().c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
        status.st_uid == ::geteuid())
      all.push_back(entry.path());
  }
  return all;
}

base::Result<Scratch> Scratch::create(const std::string& directory, Guardian* guardian) {
  if (guardian != nullptr) guardian->guard(directory);
  if (::mkdir(directory.c_str(), 0700) != 0) return base::io_error("scratch directory " + directory, errno);
  return Scratch(directory, guardian);
}

namespace {

Scratch::Pristine look(const struct stat& status) { return {status.st_mode, status.st_uid, status.st_gid}; }

base::Duration time_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool is_empty(const std::string& path) {
  const base::FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  std::array<char, 1024> entries{};  // getdents64 without a stream: the two entries of an empty directory fit
  std::size_t names = 0;
  for (;;) {
    const ssize_t got = ::getdents64(directory.get(), entries.data(), entries.size());
    if (got <= 0) return got == 0 && names <= 2;
    for (ssize_t at = 0; at < got; ++names) at += reinterpret_cast<const dirent64*>(entries.data() + at)->d_reclen;
    if (names > 2) return false;
  }
}

}  // namespace

Scratch::Scratch(Scratch&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), guardian_(other.guardian_), next_(other.next_) {}

Scratch::~Scratch() {
  for (const auto& directory : spare_) ::rmdir(directory.c_str());
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

base::Result<std::string> Scratch::make_directory() {
  if (!spare_.empty()) {
    std::string path = std::move(spare_.back());
    spare_.pop_back();
    hand_out(path);
    return path;
  }
  std::string path = fmt::format("{}/{}", directory_, next_++);
  if (::mkdir(path.c_str(), 0777) != 0) return base::io_error("test directory " + path, errno);
  struct stat status {};
  if (!pristine_ && ::stat(path.c_str(), &status) == 0) pristine_ = look(status);
  return path;
}

std::function<void()> Scratch::discard(const std::string& directory, std::function<void()>) {
  std::string name = fmt::format("{}/{}{}", directory_, discarded_prefix, next_++);
  if (::rename(directory.c_str(), name.c_str()) != 0) name = directory;
  else settle(directory);
  return [name] { (void)base::remove_tree(name); };
}

std::uint64_t Scratch::free_space(base::Duration ago) const {
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_ > ago) {
    const auto space = disk_space(directory_);
    free_ = space ? space->free : UINT64_MAX;
    asked_ = now;
  }
  return free_;
}

bool Scratch::take_back(const std::string& directory) {
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0 || look(status) != pristine_) return false;
  if (!is_untouched(directory, time_of(status.st_ctim)) && !is_empty(directory)) {
    changes_.erase(directory);
    return false;
  }
  spare_.push_back(directory);
  settle(directory);
  return true;
}

void Scratch::settle(const std::string& directory) {
  if (guardian_ != nullptr) guardian_->directory_settled(directory);
}

// Whatever is made or removed in a directory changes its ctime, which nobody can set: one that has stayed tells as much
// as a look inside. File systems count time in steps, though, so a change right after the last one may not show.
bool Scratch::is_untouched(const std::string& directory, base::Duration changed) {
  Change& known = changes_[directory];
  if (known.time == changed) return known.would_show;
  known = {changed, std::chrono::steady_clock::now()};
  return false;
}

void Scratch::hand_out(const std::string& directory) {
  constexpr auto longest_step = std::chrono::milliseconds(100);
  Change& known = changes_[directory];
  const bool in_seconds = known.time % std::chrono::seconds(1) == base::Duration(0);
  known.would_show = !in_seconds && std::chrono::steady_clock::now() - known.seen > longest_step;
}

}  // namespace fatespec::runner
