// Gzip-compressed tar archives of regular files (of GNU tar's format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace fatespec::base {

/// Writes to a sink as it goes; an error of the sink ends the archive. One thread at a time.
class TarWriter {
 public:
  using Sink = std::function<Result<void>(std::string_view bytes)>;

  explicit TarWriter(Sink sink);
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  ~TarWriter();

  /// Names are UTF-8, or bytes that are passed on as they are.
  Result<void> add_text(const std::string& name, std::string_view text);
  /// A regular file as it is now: one that grows meanwhile is cut at the size that it had.
  Result<void> add_file(const std::string& name, const std::filesystem::path& path);
  /// Without it the archive is cut.
  Result<void> finish();

 private:
  struct Archive;

  Result<void> begin(const std::string& name, std::uint64_t size);
  Result<void> data(std::string_view bytes);
  Result<void> problem() const;

  std::unique_ptr<Archive> archive_;
};

}  // namespace fatespec::base
