// Texts in the YAML that imports write.
#pragma once

#include <string>
#include <string_view>

namespace fatespec::imports {

/// A scalar that YAML reads as this text, whatever is in it; bytes that are not UTF-8 are escaped.
std::string yaml_string(std::string_view text);

}  // namespace fatespec::imports
