#include "runner/memory_gauge.hpp"

#include <fstream>
#include <string>

namespace fatespec::runner {

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kib = 0;
  std::string unit;
  while (file >> name >> kib && std::getline(file, unit))
    if (name == "MemAvailable:") return kib * 1024;
  return UINT64_MAX;
}

}  // namespace fatespec::runner
