#include "runner/local/kernel_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/file.hpp"

namespace fatespec::runner {

std::string read_kernel_file(const std::filesystem::path& path) {
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_kernel_file(file.get()) : std::string();
}

// A piece ends between two entries: one that is not full need not be the last.
std::string read_kernel_file(int fd) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(got));
  return text;
}

}  // namespace fatespec::runner
