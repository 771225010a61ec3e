#include "results/file_access.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace fatespec::results {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// 0 or errno.
int may_write(const std::string& path) { return ::access(path.c_str(), W_OK) == 0 ? 0 : errno; }

std::string directory_of(const std::string& file) {
  const std::string directory = fs::path(file).parent_path().string();
  return directory.empty() ? "." : directory;
}

base::Error refused(const std::string& file, const std::string& why) {
  return {base::ErrorKind::io, fmt::format("results file {}: {}", file, why)};
}

std::string reason(int code) { return code == EROFS ? "the file system is read-only" : std::strerror(code); }

}  // namespace

base::Result<void> check_writable(const std::string& file) {
  if (!exists(file)) return {};
  if (const int code = may_write(file); code != 0)
    return refused(
        file, code == EROFS ? reason(code) : reason(code) + ": it cannot be written; name another one with --results");
  bool has_all = true;
  for (const std::string& beside : {file + "-wal", file + "-shm"}) {
    if (!exists(beside)) has_all = false;
    else if (const int code = may_write(beside); code != 0)
      return refused(
          file, fmt::format("{}: {} cannot be written; whoever owns it can give the right to", reason(code), beside));
  }
  if (const int code = has_all ? 0 : may_write(directory_of(file)); code != 0)
    return refused(
        file, fmt::format("{}: the directory cannot be written, where SQLite keeps files beside it", reason(code)));
  return {};
}

Access access_for_reading(const std::string& file) {
  if (check_writable(file)) return Access::read_write;
  std::error_code none;
  const auto waiting = fs::file_size(file + "-wal", none);
  return none || waiting == 0 ? Access::immutable : Access::read_beside_writers;
}

base::Error not_taken_in(const std::string& file) {
  return refused(file,
                 fmt::format("it cannot be written, and {}-wal holds results that are not in it yet; copy both to "
                             "where they can be written",
                             file));
}

}  // namespace fatespec::results
