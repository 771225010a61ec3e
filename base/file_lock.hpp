// Locks between processes, as files that may be removed while they are held.
#pragma once

#include <filesystem>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace fatespec::base {

/// Locks a file, which is made if it is missing, for as long as the descriptor is open; the kernel lets go of it when
/// the process dies. An empty descriptor if another process holds it. flock(2), which NFS has too.
Result<FileDescriptor> lock_file(const std::filesystem::path& path);
/// The same, tried again and again for so long while another process holds it. Blocks.
Result<FileDescriptor> lock_file(const std::filesystem::path& path, Duration patience);
/// For locks of which others ask whether they are held: an asker is gone after so long.
inline constexpr Duration patience_with_askers = std::chrono::milliseconds(100);

/// True if some process holds it. Askers do not take each other for holders; lock_file() may take one for a holder.
bool is_locked(const std::filesystem::path& path);

}  // namespace fatespec::base
