// A file as memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace fatespec::sessions {

/// A regular file, mapped for reading, without the pages of zeros at its end: a player makes room there for what it
/// records next, and cuts it off when it ends. Nothing else of a mapped file must be cut off.
class MappedFile {
 public:
  static base::Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const {
    return memory_ == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(memory_), size_);
  }

 private:
  MappedFile(void* memory, std::size_t size) : memory_(memory), size_(size) {}

  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fatespec::sessions
