// What became of a test, and of a run.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/execution.hpp"
#include "model/test_id.hpp"
#include "model/verdict.hpp"

namespace fatespec::model {

/// Head and tail of a stream, and how long it was.
struct Excerpt {
  std::string text;  ///< at most 64 KiB
  std::uint64_t bytes = 0;
  bool truncated = false;  ///< then both parts have the same size
};

/// For people: between head and tail stands how much was left out.
std::string readable(const Excerpt& excerpt);

/// One attempt that failed before a later one was made, or one of many that show an output of their own.
struct FailedAttempt {
  int number = 1;
  Verdict verdict = Verdict::fail;
  std::string reason;
  Excerpt output;
  Excerpt error;
  std::string kept_directory;  ///< its $TEST_DIR, if it was kept
};

struct TestResult {
  std::size_t index = 0;  ///< position in the plan
  std::string test;       ///< full name
  std::string suite;
  std::string configuration;
  std::string target;
  std::vector<std::string> tags;
  Verdict verdict = Verdict::error;
  bool flaky = false;
  bool leaky = false;
  int attempts = 0;
  std::vector<int> outputs;  ///< after many attempts: how often each different output came, the most frequent first
  std::string fingerprint;   ///< tells outputs apart, where they are compared with each other
  std::string reason;        ///< one line, for every verdict but pass
  std::string detail;        ///< several lines: a diff, the end of a build's log
  std::optional<int> status;
  std::string signal;  ///< "SIGSEGV"; empty if there was none
  Excerpt output;      ///< what the test's stdout becomes; docs/spec-format.md says that for each type
  Excerpt error;
  std::optional<std::string> full_output;  ///< kept where a new reference might be made of it
  bool lacks_reference = false;            ///< of its stdout, which `full_output` may become
  base::Duration wall{0};
  Usage usage;
  std::string command;         ///< to paste
  std::string kept_directory;  ///< $TEST_DIR, if it was kept
  std::string recording;       ///< the player's, if there is one
  base::UtcTime started;
  std::vector<FailedAttempt> failed_attempts;
};

struct VerdictCounts {
  std::array<std::uint64_t, all_verdicts.size()> counts{};

  std::uint64_t& operator[](Verdict verdict) { return counts.at(static_cast<std::size_t>(verdict)); }
  std::uint64_t operator[](Verdict verdict) const { return counts.at(static_cast<std::size_t>(verdict)); }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto count : counts) sum += count;
    return sum;
  }
};

/// A run as the store lists it.
struct Run {
  std::string id;
  std::string version;
  std::string command;
  std::string host;
  std::string directory;  ///< where it was started; empty: not known
  base::UtcTime started;
  std::optional<base::UtcTime> finished;
  std::optional<int> exit_code;
  std::string cut_by = {};  ///< as RunFinished::interrupted_by
  std::uint64_t planned = 0;
  VerdictCounts counts;
};

}  // namespace fatespec::model
