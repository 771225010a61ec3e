// Files of /proc and of cgroups: the kernel writes them while they are read, and they have no size.
#pragma once

#include <filesystem>
#include <string>

namespace fatespec::runner {

/// From its beginning to its end; empty if it cannot be read, as what it tells of may be gone.
std::string read_kernel_file(const std::filesystem::path& path);
/// The same of one that is open, as often as it is wanted. Its entries are numbers, with a name at most.
std::string read_kernel_file(int fd);

}  // namespace fatespec::runner
