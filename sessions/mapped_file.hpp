// A file as memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace fatespec::sessions {

/// A regular file, mapped for reading. A mapped file must not be cut short. A recording is, once: of its end, which is
/// zeros until then, by the player that wrote it. So a file that ends with zeros is read in place of being mapped.
class MappedFile {
 public:
  static base::Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_), copy_(std::move(other.copy_)) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    std::swap(copy_, other.copy_);
    return *this;
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const {
    return memory_ == nullptr ? std::string_view(copy_) : std::string_view(static_cast<const char*>(memory_), size_);
  }

 private:
  MappedFile(void* memory, std::size_t size) : memory_(memory), size_(size) {}
  explicit MappedFile(std::string copy) : copy_(std::move(copy)) {}

  void* memory_ = nullptr;
  std::size_t size_ = 0;
  std::string copy_;
};

}  // namespace fatespec::sessions
