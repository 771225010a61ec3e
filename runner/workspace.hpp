// The directories that tests work in, on whichever machine they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace fatespec::runner {

/// Each attempt at a test gets an empty directory of its own: its $TEST_DIR. Used on the loop's thread.
class Workspace {
 public:
  virtual ~Workspace() = default;
  /// In which the others are; for messages.
  virtual const std::string& directory() const = 0;
  /// Names an empty directory that nobody uses. On a board it is made when the first command works in it.
  virtual base::Result<std::string> make_directory() = 0;
  /// Takes one back that is as it was made, for another attempt. False if something was left in it or done to it.
  virtual bool take_back(const std::string& directory) = 0;
  /// Gives one up. What is returned, if anything, removes it and may run on any thread; where it removes itself, `gone`
  /// (if anybody wants to know) is called once nothing is left of it, or nobody will ever know.
  virtual std::function<void()> discard(const std::string& directory, std::function<void()> gone) = 0;
  /// Leaves one for people to look at.
  virtual void keep(const std::string& directory) = 0;
  /// Bytes that are left for more, as they were not longer ago than that; UINT64_MAX if nobody knows.
  virtual std::uint64_t free_space(base::Duration ago) const = 0;
};

}  // namespace fatespec::runner
