// How a board gives a file of its own to the runner.
#pragma once

#include <set>
#include <string>

#include "base/digest.hpp"
#include "model/configuration.hpp"
#include "runner/executor.hpp"

namespace fatespec::remote {

/// The target's `read_file`, or, if it asks for `remote_digest` and has the program, a command that makes the digest
/// there. `programs`: those that were found there.
runner::FileCommand file_command_for(const model::Target& target, const std::set<std::string>& programs,
                                     const std::string& path, std::optional<base::DigestAlgorithm> digest);

}  // namespace fatespec::remote
