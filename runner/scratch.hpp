// The directories that tests work in.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace fatespec::runner {

/// A directory of this run in $TMPDIR or /tmp; each attempt at a test gets an empty one of its own inside it.
class Scratch {
 public:
  static base::Result<Scratch> create(const std::string& run_id);
  Scratch(Scratch&& other) noexcept;
  Scratch& operator=(Scratch&&) = delete;
  /// Removes the run's directory if nothing was kept in it.
  ~Scratch();

  base::Result<std::string> make_directory();
  /// Removes one that nothing was left in; false if it is not empty.
  static bool remove_if_empty(const std::string& directory);

 private:
  explicit Scratch(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
  std::uint64_t next_ = 1;
};

}  // namespace fatespec::runner
