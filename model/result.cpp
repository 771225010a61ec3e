#include "model/result.hpp"

#include <algorithm>
#include <string_view>

namespace fatespec::model {

// Broken lines on both sides of the gap are left out with it; of a text without lines all is shown.
std::string readable(const Excerpt& excerpt) {
  if (!excerpt.truncated) return excerpt.text;
  const std::string_view text = excerpt.text;
  std::string_view head = text.substr(0, text.size() / 2);
  std::string_view tail = text.substr(text.size() / 2);
  if (const auto end = head.rfind('\n'); end != std::string_view::npos) head = head.substr(0, end + 1);
  if (const auto end = tail.find('\n'); end != std::string_view::npos) tail.remove_prefix(end + 1);
  const std::uint64_t left_out = excerpt.bytes - std::min<std::uint64_t>(excerpt.bytes, head.size() + tail.size());
  std::string shown(head);
  if (!shown.ends_with('\n')) shown += '\n';
  shown += "[… " + std::to_string(left_out) + " bytes left out …]\n";
  return shown.append(tail);
}

}  // namespace fatespec::model
