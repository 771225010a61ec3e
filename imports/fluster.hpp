// Suites of fluster, a conformance tester of decoders: a JSON file with vectors, each a stream and the MD5 of its raw
// decoded output.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::imports {

struct FlusterVector {
  std::string name;
  std::string skipped;  ///< why it cannot be reproduced; empty if it can
};

struct FlusterImport {
  std::string name;  ///< of the suite
  std::string yaml;
  std::vector<FlusterVector> vectors;
  std::size_t skipped() const;
};

/// Makes a suite of `suite_file`. The streams are looked for in `samples` where fluster has them:
/// <samples>/<suite>/<vector>/<file>, or, where the file has a folder, <samples>/<suite>/<file>; and, for collections
/// of streams without that structure, <samples>/<file>. A vector whose stream is missing or is not the one that the
/// suite means, or whose result ffmpeg cannot give to the bit, becomes a test that is skipped with that reason.
base::Result<FlusterImport> import_fluster(const std::filesystem::path& suite_file,
                                           const std::filesystem::path& samples);

}  // namespace fatespec::imports
