#include "checks/excerpt.hpp"

#include <algorithm>

namespace fatespec::checks {

void ExcerptBuilder::append(std::string_view bytes) {
  bytes_ += bytes.size();
  const std::size_t to_head = std::min(bytes.size(), most_head_ - head_.size());
  head_.append(bytes.substr(0, to_head));
  bytes.remove_prefix(to_head);
  if (bytes.empty()) return;
  if (bytes.size() >= most_tail_) {
    tail_.assign(bytes.substr(bytes.size() - most_tail_));
    return;
  }
  tail_.append(bytes);
  // Cut only now and then, so that many small pieces cost no more than one large one.
  if (tail_.size() > 4 * most_tail_) tail_.erase(0, tail_.size() - most_tail_);
}

model::Excerpt ExcerptBuilder::finish() {
  if (tail_.size() > most_tail_) tail_.erase(0, tail_.size() - most_tail_);
  const bool truncated = head_.size() + tail_.size() < bytes_;
  return {head_ + tail_, bytes_, truncated};
}

}  // namespace fatespec::checks
