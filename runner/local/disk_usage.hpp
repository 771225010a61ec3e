// How much of a disk is taken.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fatespec::runner {

struct DiskSpace {
  std::uint64_t used = 0;  ///< bytes
  std::uint64_t free = 0;  ///< bytes that this user may still write
};

/// Of the file system that holds a directory. One system call.
std::optional<DiskSpace> disk_space(const std::string& directory);

/// The bytes that the files of a tree take on the disk, links not followed; counting ends above `enough`.
std::uint64_t tree_size(const std::string& directory, std::uint64_t enough);

/// The bytes of the files of a tree that have no name any more and that one of the processes holds open.
std::uint64_t deleted_size(const std::vector<pid_t>& processes, const std::string& directory);

}  // namespace fatespec::runner
