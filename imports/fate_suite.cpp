// The suite that FATE's tests become.
#include <set>

#include <fmt/format.h>

#include "imports/fate_command.hpp"
#include "imports/fate_programs.hpp"
#include "imports/grep_pattern.hpp"
#include "imports/yaml_text.hpp"

namespace fatespec::imports {
namespace {

std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

/// A file of the build tree, where FATE's relative paths begin.
std::string reference_of(const FateTest& test) {
  const std::string path = test.reference.empty() ? test.script_directory + "/ref/fate/" + test.name : test.reference;
  if (path.starts_with('/')) return portable_word(test, path);
  return "$BUILD_PATH/" + path;
}

/// FATE's name of a sample format, or its width in bytes.
std::string format_of(const std::string& unit) {
  if (unit == "u8" || unit == "1") return "u8";
  if (unit == "s16" || unit == "2") return "s16le";
  if (unit == "f32") return "f32le";
  if (unit == "f64") return "f64le";
  return "";
}

/// What is compared with what: a type in front of the command, and keys of the test.
struct Comparison {
  std::string type;
  std::string expect;
  std::string compare;
  std::string problem;
};

Comparison of_samples(const FateTest& test) {
  Comparison comparison;
  const std::string format = format_of(test.unit);
  const bool one_off = test.comparator == "oneoff";
  // As the script hands it on: of several words the first.
  const std::string sizes = first_word(test.size_tolerance);
  if (format.empty()) comparison.problem = fmt::format("its unit `{}` is not known here", test.unit);
  else if (one_off && (format != "s16le" || test.target != "0" || test.shift != "0"))
    comparison.problem = "its largest difference is compared in a way that {1OFF} has not";
  else if (one_off)
    comparison.type =
        fmt::format("{{1OFF,{},16,tolerance={},size_tolerance={}}} ", reference_of(test), test.fuzz, sizes);
  else
    comparison.type = fmt::format("{{STDDEV,{},{},{},{},size_tolerance={},shift={}}} ", reference_of(test), format,
                                  test.target, test.fuzz, sizes, test.shift);
  return comparison;
}

Comparison comparison_of(const FateTest& test) {
  const std::string& name = test.comparator;
  if (name == "stddev" || name == "oneoff") return of_samples(test);
  Comparison comparison;
  const bool nothing = test.reference == "/dev/null";
  if (nothing && (name == "diff" || name == "rawdiff")) comparison.expect = "stdout: \"\"";
  else if (name == "diff" || name == "rawdiff")
    comparison.expect = fmt::format("stdout_file: {}", yaml_string(reference_of(test)));
  else if (name == "oneline") comparison.expect = fmt::format("stdout: {}", yaml_string(test.reference + "\n"));
  else if (name == "grep") {
    if (const auto pattern = pattern_of_grep(test.reference))
      comparison.expect = fmt::format("stderr_matches: {}", yaml_string(*pattern));
    else comparison.problem = fmt::format("grep's expression `{}` is not known here", test.reference);
  } else if (name != "null") comparison.problem = fmt::format("its comparator `{}` is not known here", name);
  if (name == "diff" || name == "oneline") comparison.compare = "whitespace";
  return comparison;
}

std::string entry_of(const FateTest& test, const FateCommand& command, const Comparison& comparison) {
  std::string text =
      fmt::format("  - name: {}\n    spec: {}\n", yaml_string(test.name), yaml_string(comparison.type + command.line));
  if (!comparison.expect.empty()) text += fmt::format("    expect: {{{}}}\n", comparison.expect);
  if (!comparison.compare.empty()) text += fmt::format("    compare: {}\n", comparison.compare);
  if (command.in_build) text += "    cwd: $BUILD_PATH\n";
  // Whether it passes or fails counts as passed there; no verdict says so.
  if (test.report == "ignore") text += "    skip: FATE ignores how it ends (--ignore-tests)\n";
  // FATE's own groups: fate-filter, fate-lavf, …
  return text + fmt::format("    tags: [{}]\n", yaml_string(test.name.substr(0, test.name.find_first_of("-_"))));
}

}  // namespace

base::Result<FateImport> import_fate(const std::vector<FateTest>& tests, const std::vector<std::string>& listed) {
  if (tests.empty())
    return base::Error{base::ErrorKind::invalid, "`make -n fate` names no test: is this FFmpeg's build directory?"};
  FateImport result;
  result.yaml =
      "# The tests of FFmpeg's FATE, by `fatespec import fate`. Programs and generated inputs are those of the build\n"
      "# directory, references those of the source tree.\n"
      "suite: fate\ndefaults: {timeout: 300s}\ntests:\n";
  std::set<std::string> names;
  for (const auto& test : tests) {
    if (!names.insert(test.name).second) continue;
    if (!test.problem.empty()) {
      result.skipped.push_back({test.name, test.problem});
      continue;
    }
    if (result.target_exec.empty()) result.target_exec = test.target_exec;
    if (result.samples.empty()) result.samples = test.samples;
    const FateCommand command = fate_command(test);
    const Comparison comparison = comparison_of(test);
    const std::string& problem = command.problem.empty() ? comparison.problem : command.problem;
    if (!problem.empty()) {
      result.skipped.push_back({test.name, problem});
      continue;
    }
    result.yaml += entry_of(test, command, comparison);
    ++result.tests;
  }
  for (const auto& name : listed)
    if (!names.contains(name))
      result.skipped.push_back({name, "make does not say how it is run; `make -n fate-" + name + "` may say why"});
  return result;
}

}  // namespace fatespec::imports
