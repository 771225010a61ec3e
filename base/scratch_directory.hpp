// A directory for files that nobody else is to see, or to put in place first.
#pragma once

#include <stdlib.h>  // mkdtemp

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace fatespec::base {

/// Made below $TMPDIR for this user alone; gone with this object.
class ScratchDirectory {
 public:
  static Result<ScratchDirectory> make(std::string_view purpose) {
    std::error_code code;
    const std::filesystem::path place = std::filesystem::temp_directory_path(code);
    if (code) return io_error("$TMPDIR", code.value());
    std::string name = (place / fmt::format("fatespec-{}-XXXXXX", purpose)).string();
    if (::mkdtemp(name.data()) == nullptr) return io_error(name, errno);
    return ScratchDirectory(name);
  }
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    if (!path_.empty()) (void)remove_tree(path_);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace fatespec::base
