#include "runner/local/kernel_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/file.hpp"

namespace fatespec::runner {

namespace {

constexpr std::size_t piece_size = 4096;

// A piece ends between two entries: one that is not full need not be the last, unless a further entry had fitted.
std::string read_pieces(int fd, std::size_t longest_entry) {
  std::string text;
  std::array<char, piece_size> piece{};
  for (;;) {
    const ssize_t got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    const auto size = static_cast<std::size_t>(got);
    text.append(piece.data(), size);
    if (size + longest_entry < piece_size) return text;
  }
}

}  // namespace

std::string read_kernel_file(const std::filesystem::path& path) {
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_pieces(file.get(), piece_size) : std::string();
}

std::string read_kernel_file(int fd) {
  constexpr std::size_t number_and_name = 64;
  return read_pieces(fd, number_and_name);
}

}  // namespace fatespec::runner
