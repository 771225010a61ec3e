// Digests of whole files.
#pragma once

#include <filesystem>
#include <string>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace fatespec::base {

/// In lower-case hexadecimal. The file is read in pieces: it may be larger than the memory. An `io` error names it.
Result<std::string> digest_of_file(DigestAlgorithm algorithm, const std::filesystem::path& path);

}  // namespace fatespec::base
