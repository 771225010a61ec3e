#include "remote/marked_stream.hpp"

#include <algorithm>

namespace fatespec::remote {

/// Where a token might begin that the next bytes complete; the length of `bytes` if nowhere.
std::size_t MarkedStream::beginning_of_token(std::string_view bytes) const {
  const std::size_t most = std::min(bytes.size(), token_.size() - 1);
  for (std::size_t at = bytes.size() - most; at < bytes.size(); ++at)
    if (token_.starts_with(bytes.substr(at))) return at;
  return bytes.size();
}

void MarkedStream::feed(std::string_view bytes, const Bytes& output, const Message& message) {
  std::string joined;
  if (!held_.empty()) {
    joined = std::move(held_);
    joined += bytes;
    bytes = joined;
    held_.clear();
  }
  while (!bytes.empty()) {
    const std::size_t at = bytes.find(token_);
    const std::size_t end = at == std::string_view::npos ? beginning_of_token(bytes) : at;
    if (end > 0) output(bytes.substr(0, end));
    bytes.remove_prefix(end);
    if (at == std::string_view::npos) break;
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) break;
    const std::size_t text = std::min(newline, token_.size() + 1);
    message(std::string(bytes.substr(text, newline - text)));
    bytes.remove_prefix(newline + 1);
  }
  held_ = std::string(bytes);
}

}  // namespace fatespec::remote
