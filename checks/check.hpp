// A check turns a test's output into the stdout of the contract and says whether it is as expected.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "model/result.hpp"

namespace fatespec::checks {

/// What a check makes of the output once all of it has been seen.
struct Reading {
  bool passed = true;
  bool reference_missing = false;          ///< no verdict can be trusted: the test becomes `error`
  std::string reason;                      ///< one line, if it did not pass
  std::string detail;                      ///< several lines: a diff, a log's end
  model::Excerpt output;                   ///< what the test's stdout becomes
  std::optional<std::string> full_output;  ///< all of it, where a new reference might be made of it
};

/// Takes a stream as it arrives, in memory that does not grow with it. Used by one thread at a time; consume() may be
/// costly and is meant for a pool.
class Check {
 public:
  virtual ~Check() = default;
  virtual void consume(std::string_view bytes) = 0;
  /// Call it once, after the last byte.
  virtual Reading finish() = 0;
};

/// The bytes to compare with: a text of the spec file, or a mapped file.
class Reference {
 public:
  explicit Reference(std::string text) : text_(std::move(text)) {}
  Reference(base::MappedFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  std::string_view bytes() const { return file_ ? file_->bytes() : std::string_view(text_); }
  /// Bytes before `offset` are done with: large references must not fill the memory.
  void release_before(std::size_t offset) const {
    constexpr std::size_t step = std::size_t{16} << 20;
    if (!file_ || offset < released_ + step) return;
    released_ = offset;
    file_->release_before(offset);
  }
  /// The file's path; empty for a text.
  const std::string& path() const { return path_; }

 private:
  std::string text_;
  std::optional<base::MappedFile> file_;
  std::string path_;
  mutable std::size_t released_ = 0;  ///< a hint to the kernel, no state that anyone sees; one check owns a reference
};

using ReferencePtr = std::shared_ptr<const Reference>;

}  // namespace fatespec::checks
