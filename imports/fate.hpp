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
  std::string target_exec;  ///< what stands in front of every program; may be empty
  std::string build;        ///< TARGET_PATH
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
  std::string report;            ///< "ignore": whatever it comes to counts as passed
  std::string script_directory;  ///< relative to the build directory: "src/tests"
  std::string problem;           ///< why the rule cannot be read; only the name is known then
};

struct FateImport {
  struct Skipped {
    std::string name;
    std::string reason;
  };
  std::string yaml;
  std::size_t tests = 0;  ///< translated
  std::vector<Skipped> skipped;
  std::string target_exec;  ///< the value of the variable TARGET_EXEC, which the suite needs if it is not empty
  std::string samples;      ///< that of SAMPLES_PATH, likewise
};

/// The tests in what `make -n fate` prints, also those whose rule cannot be read. Other lines are passed over.
std::vector<FateTest> read_fate_rules(std::string_view make_output);

/// The names in what `make -n fate-list` prints, without "fate-".
std::vector<std::string> read_fate_list(std::string_view make_output);

/// A suite of these tests. It needs the variables FFMPEG_PATH, BUILD_PATH, SOURCE_PATH and, where there are samples,
/// SAMPLES_PATH. What `listed` names and the rules do not is told as skipped. An error if there is no test at all.
base::Result<FateImport> import_fate(const std::vector<FateTest>& tests, const std::vector<std::string>& listed = {});

}  // namespace fatespec::imports
