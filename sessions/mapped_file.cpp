#include "sessions/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/file.hpp"

namespace fatespec::sessions {
namespace {

constexpr std::uint64_t page = 4096;

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Where the file has data; the rest are holes, which nobody need read. All of it where the file system does not tell.
std::vector<Extent> extents_of(int file, std::uint64_t size) {
  std::vector<Extent> extents;
  for (std::uint64_t at = 0; at < size;) {
    const off_t data = ::lseek(file, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno != ENXIO) return {{0, size}};
    if (data < 0) break;
    const off_t hole = ::lseek(file, data, SEEK_HOLE);
    extents.push_back({static_cast<std::uint64_t>(data), hole < 0 ? size : static_cast<std::uint64_t>(hole)});
    at = std::max(extents.back().end, at + 1);
  }
  return extents;
}

/// Where the last byte that is not zero ends; 0 if there is none.
base::Result<std::uint64_t> end_of_bytes(int file, Extent extent) {
  constexpr std::uint64_t block_size = std::uint64_t{1} << 20U;
  std::vector<char> block(std::min(block_size, extent.end - extent.begin));
  while (extent.end > extent.begin) {
    const std::uint64_t count = std::min<std::uint64_t>(block.size(), extent.end - extent.begin);
    const std::uint64_t begin = extent.end - count;
    const ssize_t got = ::pread(file, block.data(), count, static_cast<off_t>(begin));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::io_error("it cannot be read", errno);
    const auto read = static_cast<std::size_t>(got);
    const bool is_zero = read == 0 || (block[0] == 0 && std::memcmp(block.data(), block.data() + 1, read - 1) == 0);
    if (!is_zero) {
      const std::size_t last = std::string_view(block.data(), read).find_last_not_of('\0');
      return begin + last + 1;
    }
    extent.end = begin;
  }
  return std::uint64_t{0};
}

/// The end of the last page that holds something; of a file of zeros the end of the first.
base::Result<std::uint64_t> end_of_content(int file, std::uint64_t size) {
  auto extents = extents_of(file, size);
  for (; !extents.empty(); extents.pop_back()) {
    const auto end = end_of_bytes(file, extents.back());
    if (!end) return end.error();
    if (*end > 0) return std::min(size, (*end + page - 1) / page * page);
  }
  return std::min(size, page);
}

}  // namespace

base::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  std::uint64_t size = 0;
  const auto file = base::open_regular_file(path, size);
  if (!file) return file.error();
  if (size == 0) return MappedFile(nullptr, 0);
  const auto end = end_of_content(file->get(), size);
  if (!end) return base::Error{end.error().kind, path.string() + ": " + end.error().message};
  size = *end;
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (memory == MAP_FAILED) return base::io_error(path.string(), errno);
  ::madvise(memory, size, MADV_SEQUENTIAL);
  return MappedFile(memory, size);
}

MappedFile::~MappedFile() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
}

}  // namespace fatespec::sessions
