// Which machine a program is for, by its ELF header (System V ABI, e_ident and e_machine).
#pragma once

#include <string>
#include <string_view>

namespace fatespec::remote {

/// What the control script's `machines_of PROGRAM SHELL` has answered: says that the program is for another machine
/// than the shell; empty if it is not, or if either is no ELF file.
std::string machine_mismatch(std::string_view answer);

}  // namespace fatespec::remote
