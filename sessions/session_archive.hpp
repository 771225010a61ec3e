// A session as one file, to send: recordings and reports, no samples.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "sessions/samples_directory.hpp"

namespace fatespec::sessions {

/// Writes a gzip-compressed tar archive, atomically. Only regular files go in.
base::Result<void> export_session(const Session& session, const std::filesystem::path& file);

struct OpenedArchive {
  Session session;
  std::size_t left_out = 0;  ///< files that are of no use, or could do harm: pages with scripts, for one
};

/// Makes a session, protected and quarantined, of an archive that a stranger may have made: names are checked, links
/// and devices are refused, and so is what is larger than 8 GiB in all or has more than 20,000 files. A refused archive
/// leaves nothing behind. `name`: of the new session; by default that of the archive's.
base::Result<OpenedArchive> open_archive(const SamplesDirectory& directory, const std::filesystem::path& file,
                                         std::string name);

}  // namespace fatespec::sessions
