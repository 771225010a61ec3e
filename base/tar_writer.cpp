#include "base/tar_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "base/file.hpp"

namespace fatespec::base {
namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10;

}  // namespace

struct TarWriter::Archive {
  archive* tar = archive_write_new();
  Sink sink;
  Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { archive_write_free(tar); }
};

TarWriter::TarWriter(Sink sink) : archive_(std::make_unique<Archive>()) {
  archive_->sink = std::move(sink);
  archive* tar = archive_->tar;
  archive_write_add_filter_gzip(tar);
  archive_write_set_format_gnutar(tar);
  // Names are bytes here and there, whatever the locale says.
  archive_write_set_options(tar, "hdrcharset=BINARY");
  archive_write_open(
      tar, archive_.get(), nullptr,
      [](archive* it, void* self, const void* bytes, std::size_t size) -> la_ssize_t {
        const auto written = static_cast<Archive*>(self)->sink({static_cast<const char*>(bytes), size});
        if (written) return static_cast<la_ssize_t>(size);
        archive_set_error(it, EIO, "%s", written.error().message.c_str());
        return -1;
      },
      nullptr);
}

TarWriter::~TarWriter() = default;

Result<void> TarWriter::problem() const { return Error{ErrorKind::io, archive_error_string(archive_->tar)}; }

Result<void> TarWriter::begin(const std::string& name, std::uint64_t size) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_mtime(entry, std::time(nullptr), 0);
  archive_entry_set_size(entry, static_cast<la_int64_t>(size));
  const int code = archive_write_header(archive_->tar, entry);
  archive_entry_free(entry);
  return code == ARCHIVE_OK ? Result<void>() : problem();
}

Result<void> TarWriter::data(std::string_view bytes) {
  return archive_write_data(archive_->tar, bytes.data(), bytes.size()) < 0 ? problem() : Result<void>();
}

Result<void> TarWriter::add_text(const std::string& name, std::string_view text) {
  if (auto begun = begin(name, text.size()); !begun) return begun;
  return data(text);
}

Result<void> TarWriter::add_file(const std::string& name, const std::filesystem::path& path) {
  std::uint64_t left = 0;
  const auto file = open_regular_file(path, left);
  if (!file) return file.error();
  if (auto begun = begin(name, left); !begun) return begun;
  std::vector<char> buffer(buffer_size);
  while (left > 0) {
    const ssize_t got = read_some(file->get(), std::span(buffer).first(std::min<std::uint64_t>(left, buffer.size())));
    if (got < 0) return io_error(path.string(), errno);
    if (got == 0) break;
    if (auto written = data({buffer.data(), static_cast<std::size_t>(got)}); !written) return written;
    left -= static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> TarWriter::finish() {
  return archive_write_close(archive_->tar) == ARCHIVE_OK ? Result<void>() : problem();
}

}  // namespace fatespec::base
