#include "sessions/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file.hpp"

namespace fatespec::sessions {
namespace {

/// What is larger is mapped in any case: a file of zeros takes no space on a disk, but a copy of it would.
constexpr std::uint64_t largest_copy = std::uint64_t{256} << 20U;

bool ends_with_zeros(int file, std::uint64_t size) {
  constexpr std::size_t page = 4096;
  std::array<char, page> end{};
  const std::size_t wanted = std::min<std::uint64_t>(size, page);
  const ssize_t got = ::pread(file, end.data(), wanted, static_cast<off_t>(size - wanted));
  return std::all_of(end.begin(), end.begin() + std::max<ssize_t>(got, 0), [](char c) { return c == 0; });
}

}  // namespace

base::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  std::uint64_t size = 0;
  const auto file = base::open_regular_file(path, size);
  if (!file) return file.error();
  if (size <= largest_copy && ends_with_zeros(file->get(), size)) {
    auto copy = base::read_file(path);
    return copy ? base::Result<MappedFile>(MappedFile(std::move(*copy))) : copy.error();
  }
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (memory == MAP_FAILED) return base::io_error(path.string(), errno);
  ::madvise(memory, size, MADV_SEQUENTIAL);
  return MappedFile(memory, size);
}

MappedFile::~MappedFile() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
}

}  // namespace fatespec::sessions
