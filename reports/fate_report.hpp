// The report of FFmpeg's FATE, version 1, which its server takes (tests/fate.sh, fateserver).
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/result.hpp"

namespace fatespec::reports {

struct FateSlot {
  std::string name;      ///< of the machine and configuration: letters, digits, `_`, `.`, `-`
  std::string revision;  ///< what was tested: `git describe` of FFmpeg
  std::string branch = "master";
  std::string comment;
  std::string config;  ///< the line of ffbuild/config.fate; empty: made of this machine
};

/// Two header lines and one for each test that was decided: name, status (0, an exit status or a signal without SIG),
/// and of bad ones the difference and stderr in base64. What was skipped is left out, as FATE itself does; a known
/// failure counts as passed.
base::Result<std::string> fate_report(const FateSlot& slot, const model::Run& run,
                                      const std::vector<model::TestResult>& results);

/// The gzip-compressed tar archive that the server takes: the report, and a log of the tests.
base::Result<std::string> fate_archive(const std::string& report, const std::vector<model::TestResult>& results);

}  // namespace fatespec::reports
