// What this process may do with an SQLite file of results: its directory and the files that SQLite keeps beside it
// (https://www.sqlite.org/wal.html#read_only_databases) count as well.
#pragma once

#include <string>

#include "base/error.hpp"
#include "results/engine.hpp"

namespace fatespec::results {

/// Nothing if results can be written to the file, or if it is not there; else an error that says what is in the way.
base::Result<void> check_writable(const std::string& file);

/// How a file that is there is best read: who cannot write it leaves nothing beside it, which its owner could not
/// write.
Access access_for_reading(const std::string& file);

/// What a killed writer has left beside the file can be taken in only where the file can be written.
base::Error not_taken_in(const std::string& file);

}  // namespace fatespec::results
