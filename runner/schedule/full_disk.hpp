// What is known of the disk that the tests of one station work on.
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace fatespec::runner {

/// When it was last full. Tests that run beside the one that filled it fail as well, and may end when there is space
/// again. On the loop's thread.
class FullDisk {
 public:
  void found(base::SteadyTime when) { last_ = when; }
  bool since(base::SteadyTime start) const { return last_ && *last_ >= start; }

 private:
  std::optional<base::SteadyTime> last_;
};

}  // namespace fatespec::runner
