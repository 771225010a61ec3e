// The faults that were ordered, where they happen.
#pragma once

#include <vector>

#include "model/fault.hpp"
#include "player/common/time.hpp"

namespace fatespec::player {

using model::Fault;
using model::FaultKind;

/// Ends the process as a bad pointer does.
void crash_now();

/// The faults of one kind, each to happen once. One thread.
class PendingFaults {
 public:
  PendingFaults(const std::vector<Fault>& all, FaultKind kind);
  /// The fault whose time has come by `media`; nullptr if none has. It is not given again.
  const Fault* due(Time media);

 private:
  std::vector<Fault> faults_;
  std::size_t next_ = 0;
};

}  // namespace fatespec::player
