#include "reports/page_files.hpp"

#include <algorithm>
#include <iterator>

#include "reports/embedded_pages.hpp"

namespace fatespec::reports {

std::string_view page_file(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(embedded_files), std::end(embedded_files), [&](const auto& f) { return f.name == name; });
  return found == std::end(embedded_files) ? std::string_view() : found->text;
}

}  // namespace fatespec::reports
