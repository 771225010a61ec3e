#include "runner/local/disk_usage.hpp"

#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
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

// What goes while we count is not there: the library's own iterator would end with it.
std::uint64_t tree_size(const std::string& directory, std::uint64_t enough) {
  std::string root = directory;
  std::array<char*, 2> roots = {root.data(), nullptr};
  const std::unique_ptr<FTS, int (*)(FTS*)> walk(::fts_open(roots.data(), FTS_PHYSICAL | FTS_NOCHDIR, nullptr),
                                                 fts_close);
  std::uint64_t sum = 0;
  while (walk && sum <= enough) {
    const FTSENT* entry = ::fts_read(walk.get());
    if (entry == nullptr) break;
    const bool is_counted = entry->fts_info == FTS_F || entry->fts_info == FTS_SL || entry->fts_info == FTS_DEFAULT ||
                            (entry->fts_info == FTS_D && entry->fts_level > FTS_ROOTLEVEL);
    if (is_counted) sum += static_cast<std::uint64_t>(entry->fts_statp->st_blocks) * block;
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
