#include "remote/elf_machine.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::remote {
namespace {

/// Names of e_machine (System V ABI) that a maintainer knows better than its bytes.
std::string machine_name(std::string_view bytes) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> names = {
      {{"3e 00", "x86-64"},
       {"03 00", "x86"},
       {"b7 00", "AArch64"},
       {"28 00", "ARM"},
       {"f3 00", "RISC-V"},
       {"15 00", "PowerPC64 (little endian)"},
       {"00 15", "PowerPC64"},
       {"08 00", "MIPS (little endian)"},
       {"00 08", "MIPS"},
       {"02 01", "LoongArch"}}};
  for (const auto& [code, name] : names)
    if (code == bytes) return std::string(name);
  return fmt::format("machine {}", bytes);
}

}  // namespace

std::string machine_mismatch(std::string_view answer) {
  const auto lines = base::split_lines(answer);
  if (lines.size() != 4 || (lines[0] == lines[2] && lines[1] == lines[3])) return "";
  return fmt::format("is for another machine: {}, the board is {}", machine_name(lines[1]), machine_name(lines[3]));
}

}  // namespace fatespec::remote
