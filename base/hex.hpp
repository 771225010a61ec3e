// Bytes as hexadecimal digits, lower case.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fatespec::base {

std::string to_hex(std::string_view bytes);

/// Nothing if it is not pairs of digits.
std::optional<std::string> from_hex(std::string_view digits);

/// True if there is nothing but lower-case digits; also of an empty text.
bool is_hex(std::string_view text);

}  // namespace fatespec::base
