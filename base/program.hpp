// Where programs of this project are.
#pragma once

#include <string>

namespace fatespec::base {

/// The path of a program in the directory that the running one is in; it need not exist.
std::string program_beside(const std::string& name);

}  // namespace fatespec::base
