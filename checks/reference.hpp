// The bytes to compare with: a text of the spec file, or a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace fatespec::checks {

/// Read piece by piece and not mapped: a file that somebody cuts short while it is compared then ends early, where a
/// mapping would end the program; and its size does not count as our memory. One thread at a time.
class Reference {
 public:
  /// The most that read() gives at once, of a file.
  static constexpr std::size_t window = std::size_t{256} << 10;

  explicit Reference(std::string text) : text_(std::move(text)), size_(text_.size()) {}
  static base::Result<std::shared_ptr<Reference>> open(const std::string& path);

  /// The beginning, `limit` bytes at most, as `rewrite` makes it; what cannot be read stays a problem.
  template <class Rewrite>
  std::shared_ptr<Reference> rewritten(std::uint64_t limit, Rewrite rewrite) {
    auto made = std::make_shared<Reference>(std::string(rewrite(head(limit))));
    made->problem_ = problem_;
    return made;
  }

  /// The size when it was opened.
  std::uint64_t size() const { return size_; }
  /// Up to `bytes` bytes from `offset` on; fewer at the end and at the end of the window. Valid until the next call.
  std::string_view read(std::uint64_t offset, std::size_t bytes);
  /// The bytes from the beginning, `limit` at most.
  std::string head(std::uint64_t limit);
  /// What the system said when it could not be read; empty as long as it could.
  const std::string& problem() const { return problem_; }

 private:
  Reference(base::FileDescriptor file, std::uint64_t size, std::string path)
      : file_(std::move(file)), size_(size), path_(std::move(path)) {}
  std::string text_;
  base::FileDescriptor file_;
  std::unique_ptr<char[]> buffer_;
  std::uint64_t size_;
  std::string path_;
  std::string problem_;
};

using ReferencePtr = std::shared_ptr<Reference>;

}  // namespace fatespec::checks
