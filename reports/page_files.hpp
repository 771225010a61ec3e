// The files that pages are made of, carried inside the program.
#pragma once

#include <string_view>

namespace fatespec::reports {

/// The text of a file of reports/pages, or of the plotting library; empty if this build has it not.
std::string_view page_file(std::string_view name);

}  // namespace fatespec::reports
