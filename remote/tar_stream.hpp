// Files as one stream of bytes for `tar -x`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "remote/file_list.hpp"

namespace fatespec::remote {

/// In GNU tar's format, which busybox reads as well. Made piece by piece, in memory that does not grow with the files.
class TarStream {
 public:
  explicit TarStream(std::vector<LocalFile> files);
  ~TarStream();
  TarStream(const TarStream&) = delete;
  TarStream& operator=(const TarStream&) = delete;

  /// The next piece, of a mebibyte or little more; empty at the end. A file that has shrunk since it was looked at is
  /// an error; of one that has grown the first part goes.
  base::Result<std::string> next();
  /// Bytes of files that were put in so far.
  std::uint64_t done() const { return done_; }

 private:
  struct Writer;
  base::Result<void> begin_file();
  base::Result<void> add_content();

  std::vector<LocalFile> files_;
  std::unique_ptr<Writer> writer_;
  std::size_t next_file_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace fatespec::remote
