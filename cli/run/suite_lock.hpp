// Two people, or two scripts, may take new references at once.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.hpp"

namespace fatespec::cli {

/// While it lives no other process changes this spec file, its references or its provenance. As a file beside the spec
/// file, which goes with it.
class SuiteLock {
 public:
  /// Waits some seconds for another process.
  static base::Result<SuiteLock> take(const std::string& spec_file);
  SuiteLock(SuiteLock&&) = default;
  SuiteLock& operator=(SuiteLock&&) = default;
  ~SuiteLock();

 private:
  SuiteLock(std::filesystem::path path, base::FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  base::FileDescriptor file_;
};

}  // namespace fatespec::cli
