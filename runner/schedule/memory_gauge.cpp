#include "runner/schedule/memory_gauge.hpp"

#include <fstream>
#include <string>
#include <string_view>

namespace fatespec::runner {

namespace {

std::uint64_t field_of_meminfo(std::string_view wanted) {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kib = 0;
  std::string unit;
  while (file >> name >> kib && std::getline(file, unit))
    if (name == wanted) return kib * 1024;
  return UINT64_MAX;
}

}  // namespace

std::uint64_t available_memory() { return field_of_meminfo("MemAvailable:"); }
std::uint64_t total_memory() { return field_of_meminfo("MemTotal:"); }

}  // namespace fatespec::runner
