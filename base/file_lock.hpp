// Locks between processes, as files that may be removed while they are held.
#pragma once

#include <filesystem>

#include "base/file.hpp"

namespace fatespec::base {

/// Locks a file, which is made if it is missing, for as long as the descriptor is open; the kernel lets go of it when
/// the process dies. An empty descriptor if another process holds it. flock(2), which NFS has too.
Result<FileDescriptor> lock_file(const std::filesystem::path& path);

/// True if some process holds it.
bool is_locked(const std::filesystem::path& path);

}  // namespace fatespec::base
