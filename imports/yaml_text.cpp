#include "imports/yaml_text.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fatespec::imports {

// A JSON string is a YAML one.
std::string yaml_string(std::string_view text) {
  return nlohmann::json(base::to_utf8(text)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace fatespec::imports
