// JSON Lines of runs, as `run --json` writes them, read again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/result.hpp"

namespace fatespec::reports {

struct ReadRun {
  std::string id;
  std::string version;
  base::UtcTime started;
  std::string shard;       ///< "K/N" of a run of a part of the tests, else empty
  std::size_t tests = 0;   ///< as many as it was to have
  bool finished = false;   ///< its last line is there
  base::Duration wall{0};  ///< of a finished one
  std::vector<model::TestResult> results;
};

/// One run; lines of a kind that is not known are passed over, as later versions may have more. A line that was cut by
/// the end of the file is none. An error names the line.
base::Result<ReadRun> read_json_lines(std::string_view text);

}  // namespace fatespec::reports
