#include "base/program.hpp"

#include <filesystem>

namespace fatespec::base {

std::string program_beside(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name;
}

}  // namespace fatespec::base
