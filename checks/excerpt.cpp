#include "checks/excerpt.hpp"

#include <algorithm>

namespace fatespec::checks {

void ExcerptBuilder::append(std::string_view bytes) {
  bytes_ += bytes.size();
  const std::size_t to_head = std::min(bytes.size(), half - head_.size());
  head_.append(bytes.substr(0, to_head));
  bytes.remove_prefix(to_head);
  if (bytes.empty()) return;
  if (bytes.size() >= half) {
    tail_.assign(bytes.substr(bytes.size() - half));
    return;
  }
  tail_.append(bytes);
  // Cut only now and then, so that many small pieces cost no more than one large one.
  if (tail_.size() > 4 * half) tail_.erase(0, tail_.size() - half);
}

model::Excerpt ExcerptBuilder::finish() {
  if (tail_.size() > half) tail_.erase(0, tail_.size() - half);
  const bool truncated = head_.size() + tail_.size() < bytes_;
  return {head_ + tail_, bytes_, truncated};
}

}  // namespace fatespec::checks
