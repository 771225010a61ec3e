#include "remote/tar_stream.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.hpp"

namespace fatespec::remote {
namespace {

constexpr std::size_t piece = std::size_t{1} << 20;

}  // namespace

struct TarStream::Writer {
  archive* tar = archive_write_new();
  std::string bytes;
  base::FileDescriptor file;
  std::uint64_t left = 0;  ///< of the file that is being put in
  std::string buffer = std::string(std::size_t{128} << 10, '\0');
  bool finished = false;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { archive_write_free(tar); }
};

TarStream::TarStream(std::vector<LocalFile> files) : files_(std::move(files)), writer_(std::make_unique<Writer>()) {
  archive* tar = writer_->tar;
  archive_write_set_format_gnutar(tar);
  archive_write_set_bytes_per_block(tar, 0);
  archive_write_open(
      tar, writer_.get(), nullptr,
      [](archive*, void* writer, const void* data, std::size_t size) -> la_ssize_t {
        static_cast<Writer*>(writer)->bytes.append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
}

TarStream::~TarStream() = default;

base::Result<void> TarStream::begin_file() {
  const LocalFile& file = files_[next_file_];
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, file.name.c_str());
  archive_entry_set_mtime(entry, file.mtime, 0);
  const unsigned type = file.kind == FileKind::link ? AE_IFLNK : file.kind == FileKind::directory ? AE_IFDIR : AE_IFREG;
  archive_entry_set_filetype(entry, type);
  archive_entry_set_perm(entry, static_cast<mode_t>(file.mode));
  if (file.kind == FileKind::link) archive_entry_set_symlink(entry, file.target.c_str());
  if (file.kind == FileKind::file) archive_entry_set_size(entry, static_cast<la_int64_t>(file.size));
  const int written = archive_write_header(writer_->tar, entry);
  archive_entry_free(entry);
  if (written < ARCHIVE_WARN)
    return base::Error{base::ErrorKind::io, file.path + ": " + archive_error_string(writer_->tar)};
  if (file.kind != FileKind::file) return {};
  writer_->file.reset(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!writer_->file) return base::io_error(file.path, errno);
  writer_->left = file.size;
  return {};
}

base::Result<void> TarStream::add_content() {
  const std::string& path = files_[next_file_].path;
  const std::size_t wanted = std::min<std::uint64_t>(writer_->left, writer_->buffer.size());
  const ssize_t got = base::read_some(writer_->file.get(), std::span(writer_->buffer).first(wanted));
  if (got < 0) return base::io_error(path, errno);
  if (got == 0) return base::Error{base::ErrorKind::io, path + ": became shorter while it was being deployed"};
  if (archive_write_data(writer_->tar, writer_->buffer.data(), static_cast<std::size_t>(got)) < 0)
    return base::Error{base::ErrorKind::io, path + ": " + archive_error_string(writer_->tar)};
  writer_->left -= static_cast<std::uint64_t>(got);
  done_ += static_cast<std::uint64_t>(got);
  return {};
}

base::Result<std::string> TarStream::next() {
  while (writer_->bytes.size() < piece && !writer_->finished) {
    if (writer_->left > 0) {
      if (auto added = add_content(); !added) return added.error();
      if (writer_->left == 0) ++next_file_;
    } else if (next_file_ < files_.size()) {
      if (auto begun = begin_file(); !begun) return begun.error();
      if (writer_->left == 0) ++next_file_;
    } else {
      archive_write_close(writer_->tar);
      writer_->finished = true;
    }
  }
  return std::exchange(writer_->bytes, {});
}

}  // namespace fatespec::remote
