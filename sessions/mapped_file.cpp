#include "sessions/mapped_file.hpp"

#include <sys/mman.h>

#include <cerrno>

#include "base/file.hpp"

namespace fatespec::sessions {

base::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  std::uint64_t size = 0;
  const auto file = base::open_regular_file(path, size);
  if (!file) return file.error();
  if (size == 0) return MappedFile(nullptr, 0);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (memory == MAP_FAILED) return base::io_error(path.string(), errno);
  ::madvise(memory, size, MADV_SEQUENTIAL);
  return MappedFile(memory, size);
}

MappedFile::~MappedFile() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
}

}  // namespace fatespec::sessions
