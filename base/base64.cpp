#include "base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace fatespec::base {

std::string base64(std::string_view bytes) {
  // The library counts in int: whole groups of three, a piece at a time.
  constexpr std::size_t piece = std::size_t{3} << 20;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view part = bytes.substr(at, piece);
    const std::size_t begin = text.size();
    const std::size_t size = (part.size() + 2) / 3 * 4;
    text.resize(begin + size + 1);  // it ends its text with a zero
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + begin),
                    reinterpret_cast<const unsigned char*>(part.data()), static_cast<int>(part.size()));
    text.resize(begin + size);
  }
  return text;
}

}  // namespace fatespec::base
