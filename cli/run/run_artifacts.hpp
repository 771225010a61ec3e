// What a run leaves beside its results.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace fatespec::cli {

/// Where the sessions are that recordings of runs make.
std::filesystem::path recordings_in(const std::filesystem::path& directory_beside);

/// Removes, on this machine, the test directories that a run has kept and the session that its recordings made, if the
/// session has the run's id for a name: one that somebody named is theirs. Says how many directories went.
/// `directory_beside`: the one beside the results.
std::size_t remove_artifacts(const std::string& run, const std::filesystem::path& directory_beside);

}  // namespace fatespec::cli
