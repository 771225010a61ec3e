#include "player/common/faults.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace fatespec::player {

PendingFaults::PendingFaults(const std::vector<Fault>& all, FaultKind kind) {
  for (const auto& fault : all)
    if (fault.kind == kind) faults_.push_back(fault);
  std::sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
}

const Fault* PendingFaults::due(Time media) {
  if (next_ >= faults_.size() || faults_[next_].at > media) return nullptr;
  return &faults_[next_++];
}

void crash_now() {
  // A page that nobody may touch, rather than a null pointer: a store there is a crash and no undefined behaviour.
  constexpr std::size_t page = 4096;
  void* forbidden = ::mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (forbidden != MAP_FAILED) *static_cast<volatile char*>(forbidden) = 1;
  std::abort();
}

}  // namespace fatespec::player
