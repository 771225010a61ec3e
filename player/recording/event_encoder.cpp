#include "player/recording/event_encoder.hpp"

#include <algorithm>
#include <cstring>

namespace fatespec::player {
namespace {

// What numbers after a text need at most: six of nine bytes.
constexpr std::size_t kept_for_others = 54;

/// Cut so that no character is halved.
std::string_view shortened(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

}  // namespace

void EventEncoder::put_text(std::string_view text) {
  text = shortened(text, room() > kept_for_others ? room() - kept_for_others : 0);
  size_ += cbor_encode_string_start(text.size(), at(), room());
  std::memcpy(at(), text.data(), text.size());
  size_ += text.size();
}

}  // namespace fatespec::player
