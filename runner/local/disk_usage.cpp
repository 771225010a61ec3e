#include "runner/local/disk_usage.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <map>
#include <numeric>
#include <system_error>

#include <fmt/format.h>

namespace fatespec::runner {

std::optional<DiskSpace> disk_space(const std::string& directory) {
  struct statvfs status {};
  // Some file systems answer, and tell nothing.
  if (::statvfs(directory.c_str(), &status) != 0 || status.f_blocks == 0) return std::nullopt;
  const std::uint64_t unit = status.f_frsize;
  return DiskSpace{(status.f_blocks - status.f_bfree) * unit, status.f_bavail * unit};
}

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t block = 512;  // the unit of st_blocks, whatever the file system's own is

}  // namespace

std::uint64_t tree_size(const std::string& directory, std::uint64_t enough) {
  std::uint64_t sum = 0;
  std::error_code problem;
  fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator() && sum <= enough; at.increment(problem)) {
    struct stat status {};
    if (::lstat(at->path().c_str(), &status) == 0) sum += static_cast<std::uint64_t>(status.st_blocks) * block;
  }
  return sum;
}

// The kernel shows where a deleted file was: proc(5), /proc/pid/fd.
std::uint64_t deleted_size(const std::vector<pid_t>& processes, const std::string& directory) {
  std::error_code problem;
  const std::string tree = fs::canonical(directory, problem).string() + "/";
  if (problem) return 0;
  std::map<ino_t, std::uint64_t> sizes;
  for (const pid_t process : processes) {
    fs::directory_iterator at(fmt::format("/proc/{}/fd", process), problem);
    for (; !problem && at != fs::directory_iterator(); at.increment(problem)) {
      std::error_code closed;
      const std::string file = fs::read_symlink(at->path(), closed).string();
      struct stat status {};
      if (file.starts_with(tree) && ::stat(at->path().c_str(), &status) == 0 && status.st_nlink == 0)
        sizes[status.st_ino] = static_cast<std::uint64_t>(status.st_blocks) * block;
    }
  }
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& file) { return sum + file.second; });
}

}  // namespace fatespec::runner
