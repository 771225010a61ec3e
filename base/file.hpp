// Files and descriptors.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace fatespec::base {

/// Owns a file descriptor and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// io_error(path, code); of kind `not_found` where a part of the path is not there.
Error file_error(const std::filesystem::path& path, int code);

/// A regular file, open for reading; its size goes to `size`.
Result<FileDescriptor> open_regular_file(const std::filesystem::path& path, std::uint64_t& size);

/// The whole of a regular file; an error if it is none, or larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit = UINT64_MAX);

/// The first bytes of a regular file, as many as there are.
Result<std::string> read_head(const std::filesystem::path& path, std::size_t size);

/// As read(2), but no signal interrupts it.
ssize_t read_some(int fd, std::span<char> buffer);

/// Writes all of it to a descriptor; `path` is for the error.
Result<void> write_all(int fd, std::string_view content, const std::filesystem::path& path);

/// A file that is replaced in one step, when all of it is there: readers see the old content or the new, never a part.
/// Keeps the old file's mode. What is no regular file (a device, a pipe) is written to instead.
class FileReplacement {
 public:
  static Result<FileReplacement> begin(const std::filesystem::path& path);
  FileReplacement(FileReplacement&&) = default;
  FileReplacement& operator=(FileReplacement&&) = delete;
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  /// Without commit() the old file stays.
  ~FileReplacement();

  Result<void> write(std::string_view content);
  Result<void> commit();

 private:
  FileReplacement() = default;

  FileDescriptor file_;
  std::filesystem::path target_;
  std::string temporary_;  ///< empty: written in place
  unsigned mode_ = 0;
};

/// Replaces a file by this content, as FileReplacement does.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// What a directory holds, in no order; what cannot be read is left out. Unlike an increment of std's iterators it
/// throws nothing.
std::vector<std::filesystem::directory_entry> directory_entries(const std::filesystem::path& directory);

/// Creates a directory and what leads to it.
Result<void> make_directories(const std::filesystem::path& path);

/// Removes a tree without following links out of it, making directories writable that stand in the way.
Result<void> remove_tree(const std::filesystem::path& path);

/// A path that begins with `~/` as a shell has it, which does so only where nothing is quoted.
std::string at_home(const std::string& path);

}  // namespace fatespec::base
