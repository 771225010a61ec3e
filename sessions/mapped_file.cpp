#include "sessions/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/file.hpp"

namespace fatespec::sessions {
namespace {

constexpr std::uint64_t page = 4096;

/// The end of the last page that holds something; of a file of zeros the end of the first.
std::uint64_t end_of_content(int file, std::uint64_t size) {
  constexpr std::uint64_t block_size = std::uint64_t{1} << 20U;
  std::vector<char> block(std::min(size, block_size));
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = (end - 1) / block_size * block_size;
    const ssize_t got = ::pread(file, block.data(), end - begin, static_cast<off_t>(begin));
    const auto last =
        std::find_if(block.rend() - std::max<ssize_t>(got, 0), block.rend(), [](char c) { return c != 0; });
    if (last != block.rend()) {
      const auto written = begin + static_cast<std::uint64_t>(block.rend() - last);
      return std::min(size, (written + page - 1) / page * page);
    }
    end = begin;
  }
  return std::min(size, page);
}

}  // namespace

base::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  std::uint64_t size = 0;
  const auto file = base::open_regular_file(path, size);
  if (!file) return file.error();
  if (size == 0) return MappedFile(nullptr, 0);
  size = end_of_content(file->get(), size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (memory == MAP_FAILED) return base::io_error(path.string(), errno);
  ::madvise(memory, size, MADV_SEQUENTIAL);
  return MappedFile(memory, size);
}

MappedFile::~MappedFile() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
}

}  // namespace fatespec::sessions
