#include "base/file_digest.hpp"

#include <cerrno>

#include "base/file.hpp"

namespace fatespec::base {

Result<std::string> digest_of_file(DigestAlgorithm algorithm, const std::filesystem::path& path) {
  Digest digest(algorithm);
  std::uint64_t ignored = 0;
  const auto file = open_regular_file(path, ignored);
  if (!file) return file.error();
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    const ssize_t got = read_some(file->get(), buffer);
    if (got < 0) return io_error(path.string(), errno);
    if (got == 0) return digest.finish();
    digest.update({buffer.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace fatespec::base
