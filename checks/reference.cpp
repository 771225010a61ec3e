#include "checks/reference.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace fatespec::checks {

base::Result<std::shared_ptr<Reference>> Reference::open(const std::string& path) {
  std::uint64_t size = 0;
  auto file = base::open_regular_file(path, size);
  if (!file) return file.error();
  return std::shared_ptr<Reference>(new Reference(std::move(*file), size, path));
}

std::string_view Reference::read(std::uint64_t offset, std::size_t bytes) {
  if (offset >= size_) return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, size_ - offset));
  if (!file_) return std::string_view(text_).substr(static_cast<std::size_t>(offset), wanted);
  if (!buffer_) buffer_ = std::unique_ptr<char[]>(new char[window]);
  const ssize_t got = ::pread(file_.get(), buffer_.get(), std::min(wanted, window), static_cast<off_t>(offset));
  if (got < 0 && problem_.empty()) problem_ = base::io_error(path_, errno).message;
  return {buffer_.get(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::string Reference::head(std::uint64_t limit) {
  std::string text;
  while (text.size() < limit) {
    const std::string_view more = read(text.size(), static_cast<std::size_t>(limit - text.size()));
    if (more.empty()) break;
    text += more;
  }
  return text;
}

}  // namespace fatespec::checks
