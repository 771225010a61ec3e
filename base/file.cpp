#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/text.hpp"

namespace fatespec::base {
namespace {

namespace fs = std::filesystem;

Result<FileDescriptor> open_regular(const fs::path& path, struct stat& status) {
  // O_NONBLOCK: a named pipe must not hold us up before we see that it is none of our files.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return file_error(path, errno);
  if (::fstat(file.get(), &status) != 0) return file_error(path, errno);
  if (S_ISDIR(status.st_mode)) return Error{ErrorKind::io, path.string() + ": is a directory"};
  if (!S_ISREG(status.st_mode)) return Error{ErrorKind::io, path.string() + ": not a regular file"};
  return file;
}

}  // namespace

Error file_error(const fs::path& path, int code) {
  Error error = io_error(path.string(), code);
  if (code == ENOENT || code == ENOTDIR) error.kind = ErrorKind::not_found;
  return error;
}

ssize_t read_some(int fd, std::span<char> buffer) {
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) < 0 && errno == EINTR) {
  }
  return got;
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void FileDescriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<FileDescriptor> open_regular_file(const fs::path& path, std::uint64_t& size) {
  struct stat status {};
  auto file = open_regular(path, status);
  if (file) size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::string> read_head(const fs::path& path, std::size_t size) {
  std::uint64_t all = 0;
  const auto file = open_regular_file(path, all);
  if (!file) return file.error();
  std::string text(std::min<std::uint64_t>(size, all), '\0');
  const ssize_t got = ::pread(file->get(), text.data(), text.size(), 0);
  if (got < 0) return file_error(path, errno);
  text.resize(static_cast<std::size_t>(got));
  return text;
}

Result<std::string> read_file(const fs::path& path, std::uint64_t limit) {
  struct stat status {};
  auto file = open_regular(path, status);
  if (!file) return file.error();
  if (static_cast<std::uint64_t>(status.st_size) > limit)
    return Error{ErrorKind::io, path.string() + ": " + std::to_string(status.st_size) + " bytes; the limit is " +
                                    std::to_string(limit)};
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = ::read(file->get(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

namespace {

/// The descriptor of ours that a path names: /dev/stdout, /dev/fd/N. What it is open on may be a file that others write
/// to as well, which must be neither replaced nor written from its beginning.
std::optional<int> descriptor_named(const fs::path& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  if (path.parent_path() != "/dev/fd" && path.parent_path() != "/proc/self/fd") return std::nullopt;
  const auto number = parse_integer(path.filename().string());
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// To read it is to set it for a moment, and files that other threads create just then would get that: so only once.
mode_t creation_mask() {
  static const mode_t mask = [] {
    const mode_t found = ::umask(0);
    ::umask(found);
    return found;
  }();
  return mask;
}

}  // namespace

Result<FileReplacement> FileReplacement::begin(const fs::path& path) {
  FileReplacement replacement;
  if (const auto ours = descriptor_named(path)) {
    replacement.target_ = path;
    replacement.file_.reset(::fcntl(*ours, F_DUPFD_CLOEXEC, 0));
    if (!replacement.file_) return file_error(path, errno);
    return {std::move(replacement)};
  }
  // A reference may be a link into another tree: what it names is replaced, not the link.
  std::error_code code;
  replacement.target_ = fs::is_symlink(path, code) ? fs::canonical(path, code) : path;
  if (replacement.target_.empty()) return file_error(path, code.value());
  struct stat status {};
  const bool exists = ::stat(replacement.target_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    // A device or a pipe, such as /dev/stdout: it must not be replaced by a file.
    replacement.file_.reset(::open(replacement.target_.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    replacement.mode_ = exists ? (status.st_mode & 07777) : 0666 & ~creation_mask();
    std::string temporary = replacement.target_.string() + ".XXXXXX";
    replacement.file_.reset(::mkostemp(temporary.data(), O_CLOEXEC));
    if (replacement.file_) replacement.temporary_ = std::move(temporary);
  }
  if (!replacement.file_) return file_error(path, errno);
  return {std::move(replacement)};
}

FileReplacement::~FileReplacement() {
  if (file_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileReplacement::write(std::string_view content) { return write_all(file_.get(), content, target_); }

Result<void> FileReplacement::commit() {
  if (temporary_.empty()) return {};
  if (::fchmod(file_.get(), mode_) != 0 || ::fsync(file_.get()) != 0 ||
      ::rename(temporary_.c_str(), target_.c_str()) != 0)
    return file_error(target_, errno);
  file_.reset();
  return {};
}

Result<void> write_file_atomically(const fs::path& path, std::string_view content) {
  auto file = FileReplacement::begin(path);
  if (!file) return file.error();
  if (auto written = file->write(content); !written) return written;
  return file->commit();
}

Result<void> make_directories(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) return Error{ErrorKind::io, path.string() + ": " + code.message()};
  return {};
}

std::vector<fs::directory_entry> directory_entries(const fs::path& directory) {
  std::vector<fs::directory_entry> all;
  std::error_code problem;
  for (fs::directory_iterator at(directory, problem), end; !problem && at != end; at.increment(problem))
    all.push_back(*at);
  return all;
}

Result<void> remove_tree(const fs::path& path) {
  std::error_code code;
  fs::remove_all(path, code);
  if (!code) return {};
  // A test may have taken its own directories' write permission away.
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() == fs::file_type::directory)
    fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, ignored);
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, ignored), end;
       it != end; it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored))
      fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
  }
  fs::remove_all(path, code);
  if (code) return Error{ErrorKind::io, path.string() + ": " + code.message()};
  return {};
}

std::string at_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  return path.starts_with("~/") && home != nullptr ? home + path.substr(1) : path;
}

}  // namespace fatespec::base
