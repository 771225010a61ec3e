// What tests share: directories of their own, running programs, reading JSON Lines.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace fatespec::test {

/// A directory that is gone at the end of the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file (and what leads to it) and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// A file system of its own at DIRECTORY/disk, gone at the end of the test: only such a one can be filled or made
/// read-only without harm. Needs root, as which CI runs.
class SmallDisk {
 public:
  /// `size`: as tmpfs takes it, "9M".
  SmallDisk(const TemporaryDirectory& directory, const std::string& size);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk();

  bool is_mounted() const { return is_mounted_; }

 private:
  std::filesystem::path path_;
  bool is_mounted_ = false;
};

/// Skips a test, with the reason, where the disk could not be had.
#define FATESPEC_NEEDS(disk) \
  if (!(disk).is_mounted()) GTEST_SKIP() << "needs the right to mount a small file system"

std::string read_file(const std::string& path);

struct ProgramResult {
  int status = 0;  ///< exit status, or 128 + signal
  std::string out;
  std::string err;
};

/// Runs a shell command line in a directory, with FFMPEG_PATH, SAMPLES_PATH and CI unset, and waits for it.
ProgramResult shell(const std::string& command, const std::filesystem::path& directory = ".");

/// Runs `fatespec ARGUMENTS` as shell() does.
ProgramResult fatespec(const std::string& arguments, const std::filesystem::path& directory);

/// A run of one suite: its exit code, its output, and the test_finished lines by test name.
struct SuiteRun {
  int status = 0;
  std::string out;
  std::string err;
  std::vector<nlohmann::json> lines;
  const nlohmann::json& operator[](const std::string& test) const;
};

/// Writes `suite.yaml` (its text with `suite: s` in front) and runs it with --json.
SuiteRun run_suite(const TemporaryDirectory& directory, const std::string& tests, const std::string& arguments = "");

/// The objects of a text of JSON Lines whose `type` is that; all for an empty one.
std::vector<nlohmann::json> json_lines(const std::string& text, const std::string& type = "");

/// The names of the tests whose results a file of JSON Lines has; a test that is there twice is a failure.
std::set<std::string> tests_of(const std::string& file);

/// Bytes of a little endian integer.
std::string little_endian(std::int64_t value, std::size_t bytes);

/// Seconds for a `sleep` that nothing else on this machine sleeps, so that `process_exists` finds what this very test
/// has left, and not what another one that runs beside it still needs.
std::string unshared_seconds();

/// True if a process exists whose command line contains the text.
bool process_exists(const std::string& text);

/// True as soon as the condition holds; false if it does not within the limit.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace fatespec::test
