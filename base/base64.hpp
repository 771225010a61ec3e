// Base64 (RFC 4648) over OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace fatespec::base {

/// With padding, in one line.
std::string base64(std::string_view bytes);

}  // namespace fatespec::base
