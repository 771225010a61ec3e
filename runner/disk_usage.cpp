#include "runner/disk_usage.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <system_error>

namespace fatespec::runner {

std::optional<DiskSpace> disk_space(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) return std::nullopt;
  const std::uint64_t unit = status.f_frsize;
  return DiskSpace{(status.f_blocks - status.f_bfree) * unit, status.f_bavail * unit};
}

std::uint64_t tree_size(const std::string& directory, std::uint64_t enough) {
  namespace fs = std::filesystem;
  constexpr std::uint64_t block = 512;  // the unit of st_blocks, whatever the file system's own is
  std::uint64_t sum = 0;
  std::error_code problem;
  fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator() && sum <= enough; at.increment(problem)) {
    struct stat status {};
    if (::lstat(at->path().c_str(), &status) == 0) sum += static_cast<std::uint64_t>(status.st_blocks) * block;
  }
  return sum;
}

}  // namespace fatespec::runner
