#include "base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

namespace fatespec::base {
namespace {

/// Whoever held it before may have removed it: then this would be a lock on nothing.
bool is_still_there(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

}  // namespace

Result<FileDescriptor> lock_file(const std::filesystem::path& path) {
  for (;;) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file) return io_error(path, errno);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return FileDescriptor();
      return io_error(path, errno);
    }
    if (is_still_there(file, path)) return file;
  }
}

Result<FileDescriptor> lock_file(const std::filesystem::path& path, Duration patience) {
  constexpr auto pause = std::chrono::milliseconds(5);
  for (const auto end = std::chrono::steady_clock::now() + patience;; std::this_thread::sleep_for(pause)) {
    auto file = lock_file(path);
    if (!file || *file || std::chrono::steady_clock::now() > end) return file;
  }
}

bool is_locked(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace fatespec::base
