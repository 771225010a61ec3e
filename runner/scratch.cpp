#include "runner/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"

namespace fatespec::runner {

base::Result<Scratch> Scratch::create(const std::string& run_id) {
  const char* temporary = std::getenv("TMPDIR");
  std::string directory = fmt::format("{}/fatespec-{}-XXXXXX", temporary != nullptr && *temporary == '/' ? temporary : "/tmp", run_id);
  if (::mkdtemp(directory.data()) == nullptr) return base::io_error("scratch directory " + directory, errno);
  return Scratch(std::move(directory));
}

Scratch::Scratch(Scratch&& other) noexcept : directory_(std::exchange(other.directory_, {})), next_(other.next_) {}

Scratch::~Scratch() {
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

base::Result<std::string> Scratch::make_directory() {
  std::string path = fmt::format("{}/{}", directory_, next_++);
  if (::mkdir(path.c_str(), 0777) != 0) return base::io_error("test directory " + path, errno);
  return path;
}

bool Scratch::remove_if_empty(const std::string& directory) { return ::rmdir(directory.c_str()) == 0; }

}  // namespace fatespec::runner
