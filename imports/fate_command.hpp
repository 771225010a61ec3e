// The command line of a FATE test.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "imports/fate.hpp"

namespace fatespec::imports {

struct FateCommand {
  std::string line;       ///< for a shell
  bool in_build = false;  ///< it runs in the build directory and writes nothing there
  std::string problem;    ///< why it cannot be translated; empty if it can
};

FateCommand fate_command(const FateTest& test);

}  // namespace fatespec::imports
