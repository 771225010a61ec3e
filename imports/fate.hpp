// FFmpeg's FATE: every test of `make fate` becomes a spec with its own commands, comparison and reference. What FATE's
// script does for each of its test functions is done by the spec's command line; the script itself is not called.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace fatespec::imports {

/// What a rule of FATE hands to its script, by the names that the script has for it; defaults filled in.
struct FateTest {
  std::string name;  ///< without "fate-"
  std::string samples;
  std::string build;  ///< TARGET_PATH
  std::string command;
  std::string comparator;
  std::string reference;  ///< a file relative to the build directory, or the text itself for `oneline`; may be empty
  std::string fuzz;
  std::string threads;
  std::string thread_type;
  std::string cpu_flags;
  std::string shift;
  std::string target;
  std::string size_tolerance;
  std::string unit;
  std::string hwaccel;
  std::string script_directory;  ///< relative to the build directory: "src/tests"
};

struct FateImport {
  struct Skipped {
    std::string name;
    std::string reason;
  };
  std::string yaml;
  std::size_t tests = 0;  ///< translated
  std::vector<Skipped> skipped;
};

/// The tests in what `make -n fate` prints. Other lines are passed over.
std::vector<FateTest> read_fate_rules(std::string_view make_output);

/// A suite of these tests. It needs the variables FFMPEG_PATH, BUILD_PATH, SOURCE_PATH and, where there are samples,
/// SAMPLES_PATH. An error if there is no test at all.
base::Result<FateImport> import_fate(const std::vector<FateTest>& tests);

}  // namespace fatespec::imports
